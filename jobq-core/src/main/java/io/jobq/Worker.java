package io.jobq;

import java.time.Duration;

/**
 * A running instance that claims jobs and runs them in {@code concurrency} slots. Made by {@code JobQ.builder()} and
 * started and stopped with the system; these are its levers.
 */
public interface Worker {
    /** Its id, unique over time and machines. */
    String id();

    /** What it looks like now. */
    WorkerInfo info();

    /**
     * Changes the number of slots. Growing takes effect at once; when shrinking, jobs that run go on and their slots close
     * as they end.
     *
     * @param slots 1 or more
     */
    void concurrency(int slots);

    /** Stops claiming; jobs that run go on. There is no way back but a new worker. */
    void quiet();

    /**
     * Stops: claims no more, waits for running jobs until the timeout, interrupts those left, and after the grace time of
     * {@link WorkerOptions#interruptGrace()} gives back the jobs whose handlers still have not ended, without counting
     * the attempt. Returns within timeout plus grace, but for the time that the storage takes.
     *
     * @return whether every handler had ended
     */
    boolean stop(Duration timeout);

    /**
     * Claims and runs, on the calling thread, what is ready now and becomes ready by doing so. For tests and for callers
     * with a loop of their own.
     *
     * @return how many attempts were made
     * @throws IllegalStateException if the worker is started
     */
    int runPending();
}
