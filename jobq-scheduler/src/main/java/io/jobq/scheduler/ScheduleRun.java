package io.jobq.scheduler;

import io.jobq.JobId;
import java.time.Instant;
import java.util.Objects;

/**
 * A job that a schedule has enqueued.
 *
 * @param tick whose it is; when somebody triggered it, that moment
 * @param job its id
 * @param result what has become of it
 * @param manual whether somebody triggered it
 */
public record ScheduleRun(Instant tick, JobId job, Result result, boolean manual) {
    /** What has become of a run. */
    public enum Result {
        /** It waits, runs, or is to be retried. */
        UNFINISHED,
        /** It has succeeded. */
        SUCCEEDED,
        /** It gave up, and is a dead letter. */
        DEAD,
        /** It was cancelled, or expired. */
        CANCELLED,
        /** It has ended and was deleted, by retention or by hand, before the scheduler saw how. */
        UNKNOWN
    }

    /** Rejects null. */
    public ScheduleRun {
        Objects.requireNonNull(tick, "tick");
        Objects.requireNonNull(job, "job");
        Objects.requireNonNull(result, "result");
    }

    boolean isOpen() {
        return result == Result.UNFINISHED;
    }

    ScheduleRun with(Result changed) {
        return new ScheduleRun(tick, job, changed, manual);
    }
}
