package io.jobq.benchmarks.peers;

/**
 * How much is measured. Counts and times bound each other: a fast library is through with the jobs, a slow one is
 * measured on what it has done when the time is up.
 *
 * @param jobs drained or stored
 * @param warmup the same before, not measured
 * @param limitMillis for the jobs
 * @param warmupMillis for the warm-up
 * @param windowSeconds for latencies
 * @param killMillis how long a job of a killed worker is waited for
 */
record Scale(int jobs, int warmup, int limitMillis, int warmupMillis, int windowSeconds, int killMillis) {
    static final Scale QUICK = new Scale(20_000, 10_000, 1_500, 1_000, 3, 30_000);
    static final Scale FULL = new Scale(100_000, 20_000, 10_000, 5_000, 30, 150_000);

    Scale withKillSeconds(int seconds) {
        return new Scale(jobs, warmup, limitMillis, warmupMillis, windowSeconds, seconds * 1_000);
    }
}
