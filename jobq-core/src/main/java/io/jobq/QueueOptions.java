package io.jobq;

import org.jspecify.annotations.Nullable;

/**
 * What jobs of a queue have in common, unless their type or they themselves say otherwise.
 *
 * @param retry the retry policy; null for the system's
 */
public record QueueOptions(@Nullable RetryPolicy retry) {
    /** Everything left to the system. */
    public static final QueueOptions DEFAULT = new QueueOptions(null);

    /** These options with another retry policy. */
    public QueueOptions withRetry(RetryPolicy policy) {
        return new QueueOptions(policy);
    }
}
