package io.jobq.benchmarks.peers;

import java.io.Serializable;

/**
 * The payload of every job, about 100 bytes as JSON.
 *
 * @param number the job's
 * @param time when it was enqueued or is due, for experiments that compare
 * @param text fills up
 */
public record Work(long number, long time, String text) implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final String FILLING = "x".repeat(50);

    /** A job's work, with the filling that all have; {@code bullmq/trial.mjs} has the same. */
    static Work of(long number, long time) {
        return new Work(number, time, FILLING);
    }
}
