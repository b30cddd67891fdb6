package io.jobq.benchmarks.peers;

import java.time.Duration;

/**
 * A worker that tells of each job when it starts and when it is done, and twice a second how many are left, until it is
 * killed or its output is not read any more. It first stores {@code jobs}, if any.
 */
final class WorkerMode implements TrialMode {
    private static final int LOOK_MILLIS = 500;

    @Override
    public void run(Trial trial, JvmPeer peer, Report report) throws Exception {
        int millis = trial.number("work-ms");
        Handling.set(work -> {
            report.event("START " + work.number());
            Patience.sleep(millis);
            report.event("DONE " + work.number());
        });
        try (Session session = peer.open(trial.setup())) {
            session.startWorker();
            report.event("READY");
            new Filler().fill(session, trial.number("jobs"), 1, 1, Duration.ofMinutes(1));
            report.event("STORED");
            while (report.isHeard()) {
                report.event("LEFT " + session.unsettled());
                Patience.sleep(LOOK_MILLIS);
            }
        }
    }
}
