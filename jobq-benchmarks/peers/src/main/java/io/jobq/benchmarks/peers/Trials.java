package io.jobq.benchmarks.peers;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs trials, each on an empty store and in a process of its own. */
final class Trials {
    private static final Duration LONGEST = Duration.ofMinutes(5);
    /** For the server to free what it had for the connections of a process that has ended. */
    private static final long TO_FORGET_MILLIS = 300;

    private static final Pattern FIGURE = Pattern.compile("([a-z0-9_]+) (-?[0-9][0-9.eE+-]*)");

    private Trials() {}

    /** Runs one. Whatever goes wrong with it is the reason why it has no figures. */
    static Outcome run(Experiment experiment, Peer peer, Settings settings, Store store) throws InterruptedException {
        store.reset();
        Trial trial = experiment.trial(peer, new Setup(store.uri(), settings, experiment.slots()));
        try {
            return experiment.name().equals(Experiment.KILL) ? KillTrial.run(peer, trial) : plain(peer, trial, store);
        } catch (UnavailableException missing) {
            return Outcome.missing(missing.reason());
        }
    }

    private static Outcome plain(Peer peer, Trial trial, Store store) throws InterruptedException {
        Footprint before = store.footprint();
        Map<String, Double> printed = new ConcurrentHashMap<>();
        try (Launch launch = new Launch(peer.command(trial), line -> {
            Matcher figure = FIGURE.matcher(line);
            if (figure.matches()) {
                printed.put(figure.group(1), Double.valueOf(figure.group(2)));
            }
        })) {
            launch.await(LONGEST);
        }
        Map<String, Double> figures = new LinkedHashMap<>(printed);
        if (figures.getOrDefault("emptied", 1.0) == 0) {
            return new Outcome(figures, "the backlog was not empty when the time was up");
        }
        Patience.sleep(TO_FORGET_MILLIS);
        Footprint left = store.footprint().minus(before);
        figures.put("entries", (double) left.entries());
        figures.put("bytes", (double) left.bytes());
        Double stored = printed.get("stored");
        if (stored != null) {
            figures.put("bytes_per_job", left.bytes() / stored);
        }
        return Outcome.of(figures);
    }
}
