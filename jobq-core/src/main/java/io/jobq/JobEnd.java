package io.jobq;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How an attempt ended, for listeners.
 *
 * @param kind what was decided
 * @param ran how long it ran
 * @param error what the handler threw; null when it threw nothing
 */
public record JobEnd(Kind kind, Duration ran, @Nullable Throwable error) {
    /** What was decided about the job. */
    public enum Kind {
        /** Succeeded. */
        SUCCEEDED,
        /** Failed, to be retried. */
        RETRIED,
        /** Put off without counting the attempt. */
        SNOOZED,
        /** Failed for good, now a dead letter. */
        DEAD,
        /** Cancelled. */
        CANCELLED,
        /** Given back by a worker that is stopping. */
        RELEASED
    }
}
