package io.jobq.benchmarks.peers;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** How long from the call of enqueue to the start of the handler, with a job now and then and without a backlog. */
final class LatencyMode implements TrialMode {
    private static final Duration TO_END = Duration.ofSeconds(60);

    @Override
    public void run(Trial trial, JvmPeer peer, Report report) throws Exception {
        int jobs = trial.number("jobs");
        Lapses lapses = new Lapses();
        Handling.set(work -> lapses.add((System.nanoTime() - work.time()) / 1e6));
        try (Session session = peer.open(trial.setup())) {
            session.startWorker();
            int warmup = warmUp(trial, session);
            lapses.pass(warmup, TO_END);
            long gap = Duration.ofSeconds(1).toNanos() / trial.number("rate");
            long start = System.nanoTime();
            for (int n = 0; n < jobs; n++) {
                while (System.nanoTime() - start < n * gap) {
                    LockSupport.parkNanos(start + n * gap - System.nanoTime());
                }
                session.enqueue(Work.of((long) warmup + n, System.nanoTime()));
            }
            lapses.report(jobs, TO_END, report);
        }
    }

    /** Jobs as fast as they can be stored; returns how many. */
    private static int warmUp(Trial trial, Session session) {
        long deadline = System.nanoTime() + trial.millis("warmup-limit").toNanos();
        int n = 0;
        while (n < trial.number("warmup") && System.nanoTime() - deadline < 0) {
            session.enqueue(Work.of(n++, System.nanoTime()));
        }
        return n;
    }
}
