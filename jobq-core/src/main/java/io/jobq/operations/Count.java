package io.jobq.operations;

import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import org.jspecify.annotations.Nullable;

/**
 * A dry run: how many jobs an action would meet. It may change fewer, for what it meets may have changed by then, or be
 * passed over for a reason that only shows when it is tried, such as a unique key that is held. A value; to count on, or to
 * give up, is the caller's choice.
 *
 * @param filter which jobs were meant
 * @param action what would be done
 * @param jobs how many were met so far
 * @param cursor where to go on; null when all were counted
 */
public record Count(
        JobFilter filter,
        JobAction action,
        long jobs,
        @Nullable String cursor) {
    /** Whether all jobs were counted. */
    public boolean isComplete() {
        return cursor == null;
    }

    /** {@code 12}, or {@code at least 12}. */
    @Override
    public String toString() {
        return isComplete() ? String.valueOf(jobs) : "at least " + jobs;
    }
}
