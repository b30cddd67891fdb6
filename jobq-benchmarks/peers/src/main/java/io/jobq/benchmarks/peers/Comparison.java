package io.jobq.benchmarks.peers;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** All experiments with all libraries, in turns: a round measures each once, and each round starts with another one. */
final class Comparison {
    /** What a measurement that has started may overrun. */
    private static final Duration TO_FINISH = Duration.ofMinutes(1);

    private final Arguments arguments;
    private final Map<StoreKind, Store> stores;
    private final PrintStream progress;
    private final Results results = new Results();
    private final long start = System.nanoTime();

    Comparison(Arguments arguments, Map<StoreKind, Store> stores, PrintStream progress) {
        this.arguments = arguments;
        this.stores = new EnumMap<>(stores);
        this.progress = progress;
    }

    Results run() throws InterruptedException {
        for (int round = 0; round < arguments.rounds(); round++) {
            List<Peer> order = new ArrayList<>(arguments.peers());
            Collections.rotate(order, -round);
            for (Experiment experiment : arguments.experiments()) {
                for (Settings settings : arguments.settings()) {
                    for (Peer peer : order) {
                        measure(experiment, settings, peer);
                    }
                }
            }
        }
        return results;
    }

    private void measure(Experiment experiment, Settings settings, Peer peer) throws InterruptedException {
        if (experiment.metrics().stream().allMatch(metric -> results.isGivenUp(metric, settings, peer.name()))) {
            return;
        }
        Outcome outcome = outcome(experiment, settings, peer);
        experiment.metrics().forEach(metric -> results.add(metric, settings, peer.name(), outcome));
        progress.printf(
                "%4d s  %-10s  %-8s  %-12s  %s%n",
                passed().toSeconds(),
                experiment.name(),
                settings.word(),
                peer.name(),
                outcome.figures().isEmpty() ? outcome.reason() : outcome.figures());
    }

    private Outcome outcome(Experiment experiment, Settings settings, Peer peer) throws InterruptedException {
        Store store = stores.get(peer.store());
        if (store == null) {
            return Outcome.missing(peer.store() + " does not start here");
        }
        Duration left = arguments.atMost().minus(passed());
        if (left.isNegative()) {
            return Outcome.missing("not measured: the time was up");
        }
        if (experiment.isTooShortFor(settings)) {
            return Outcome.missing(
                    "not measured: a run this short ends before most libraries miss a worker by default");
        }
        Setup setup = new Setup(store.uri(), settings, experiment.slots());
        return Trials.run(experiment.trial(peer, setup), peer, store, left.plus(TO_FINISH));
    }

    private Duration passed() {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
