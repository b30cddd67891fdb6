package io.jobq.benchmarks.peers;

/** What a trial does. {@code bullmq/trial.mjs} does the same for BullMQ; keep them alike. */
interface TrialMode {
    /** Measures and reports. */
    void run(Trial trial, JvmPeer peer, Report report) throws Exception;
}
