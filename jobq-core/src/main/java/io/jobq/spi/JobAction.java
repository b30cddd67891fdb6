package io.jobq.spi;

import org.jspecify.annotations.Nullable;

/** What an operator does to jobs. */
public sealed interface JobAction {
    /**
     * Makes final jobs ready again as attempt 1, in their queue or another; their error history stays.
     *
     * @param queue where to; null for the queue it was in
     */
    record Replay(@Nullable String queue) implements JobAction {}

    /** Deletes jobs that are not running. */
    record Delete() implements JobAction {}

    /** Cancels waiting jobs at once; asks the workers of running ones to stop them. */
    record Cancel(String reason) implements JobAction {}
}
