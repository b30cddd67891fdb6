package io.jobq.benchmarks.peers;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Two workers share a backlog; one is killed while it runs jobs. Measures whether all jobs are done in the end, and how
 * long after the kill the last of those that it ran has started on the other.
 */
final class KillTrial {
    /** What its processes run. */
    static final String MODE = "worker";

    private static final Duration TO_BEGIN = Duration.ofSeconds(60);
    private static final int STARTS_BEFORE_KILL = 50;
    /** An empty storage is believed when it is still empty this long after the kill. */
    private static final Duration TO_BELIEVE = Duration.ofSeconds(3);

    private final Trial trial;
    private final Ledger victims = new Ledger();
    private final Ledger survivors = new Ledger();

    private KillTrial(Trial trial) {
        this.trial = trial;
    }

    static Outcome run(Peer peer, Trial trial) throws InterruptedException {
        return new KillTrial(trial).run(peer);
    }

    private Outcome run(Peer peer) throws InterruptedException {
        Map<String, Integer> idle = new HashMap<>(trial.options());
        idle.put("jobs", 0);
        Trial survivorsTrial = new Trial(trial.mode(), trial.peer(), trial.setup(), idle);
        try (Launch survivor = new Launch(peer.command(survivorsTrial), survivors::line)) {
            await(survivor, survivors::isReady);
            try (Launch victim = new Launch(peer.command(trial), victims::line)) {
                await(
                        victim,
                        () -> victims.hasStored()
                                && victims.started().size() >= STARTS_BEFORE_KILL
                                && !victims.running().isEmpty());
                long killed = System.nanoTime();
                victim.kill();
                return judge(killed, victims.running());
            }
        }
    }

    private static void await(Launch launch, BooleanSupplier condition) {
        boolean begun = Patience.await(TO_BEGIN, () -> condition.getAsBoolean() || !launch.isAlive());
        if (!launch.isAlive()) {
            throw new UnavailableException(launch.lastWords());
        }
        if (!begun) {
            throw new UnavailableException("a worker did not begin within " + TO_BEGIN.toSeconds() + " s");
        }
    }

    private Outcome judge(long killed, Set<Long> orphans) {
        int jobs = trial.number("jobs");
        Duration limit = trial.millis("limit");
        long emptyFrom = killed + TO_BELIEVE.toNanos();
        boolean ended = Patience.await(
                limit,
                () -> (done() == jobs && survivors.started().containsAll(orphans))
                        || survivors.hasSeenEmptyAfter(emptyFrom));
        long missing = orphans.stream()
                .filter(job -> !survivors.started().contains(job))
                .count();
        if (!ended) {
            return Outcome.missing(missing + " of the " + orphans.size() + " jobs that it ran had not run again after "
                    + limit.toSeconds() + " s");
        }
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("lost", (double) (jobs - done()));
        if (missing == 0) {
            figures.put("again_s", (survivors.lastStart(orphans) - killed) / 1e9);
        }
        return new Outcome(figures, missing + " of its jobs never ran again");
    }

    private int done() {
        Set<Long> done = victims.done();
        done.addAll(survivors.done());
        return done.size();
    }
}
