package io.jobq;

import java.time.Duration;

/** How long to wait before the next attempt, jitter aside. */
@FunctionalInterface
public interface Backoff {
    /**
     * The delay after a failed attempt.
     *
     * @param attempt the attempt that failed, 1-based
     * @param error what it failed with
     * @return zero or more
     */
    Duration delayAfter(int attempt, Throwable error);
}
