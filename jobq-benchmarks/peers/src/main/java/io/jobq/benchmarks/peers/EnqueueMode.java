package io.jobq.benchmarks.peers;

import java.time.Duration;

/** How fast jobs are stored, with no worker running: this many, or as many as the time allows. */
final class EnqueueMode implements TrialMode {
    @Override
    public void run(Trial trial, JvmPeer peer, Report report) throws Exception {
        int batch = trial.number("batch");
        int callers = trial.number("callers");
        Duration limit = trial.millis("limit");
        Filler filler = new Filler();
        try (Session session = peer.open(trial.setup())) {
            long before = filler.fill(session, trial.number("warmup"), batch, callers, trial.millis("warmup-limit"));
            System.gc();
            long start = System.nanoTime();
            long stored = filler.fill(session, trial.number("jobs"), batch, callers, limit);
            double seconds = (System.nanoTime() - start) / 1e9;
            report.figure("rate", (stored - before) / seconds);
            report.figure("stored", (double) stored);
        }
    }
}
