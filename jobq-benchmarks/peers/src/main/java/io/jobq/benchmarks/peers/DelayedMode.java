package io.jobq.benchmarks.peers;

import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** How late jobs start that were stored for a time: due in whole milliseconds, spread at random over a while. */
final class DelayedMode implements TrialMode {
    private static final Duration TO_END = Duration.ofSeconds(60);
    /** Per job, so that all are stored before the first is due. */
    private static final Duration LEAD = Duration.ofMillis(4);

    private static final long SEED = 42;

    @Override
    public void run(Trial trial, JvmPeer peer, Report report) throws Exception {
        int jobs = trial.number("jobs");
        int warmup = trial.number("warmup");
        Lapses lapses = new Lapses();
        Handling.set(work -> lapses.add(Math.max(0, nowMillis() - work.time())));
        try (Session session = peer.open(trial.setup())) {
            session.startWorker();
            schedule(session, 0, warmup, Duration.ofSeconds(1));
            lapses.pass(warmup, TO_END);
            schedule(session, warmup, jobs, trial.millis("spread"));
            lapses.report(jobs, trial.millis("spread").plus(TO_END), report);
        }
    }

    private static void schedule(Session session, long from, int jobs, Duration spread) {
        SplittableRandom random = new SplittableRandom(SEED);
        long first = System.currentTimeMillis() + LEAD.toMillis() * jobs;
        for (int n = 0; n < jobs; n++) {
            long due = first + random.nextLong(spread.toMillis());
            session.enqueueAt(Work.of(from + n, due), Instant.ofEpochMilli(due));
        }
    }

    private static double nowMillis() {
        Instant now = Instant.now();
        return TimeUnit.SECONDS.toMillis(now.getEpochSecond()) + now.getNano() / 1e6;
    }
}
