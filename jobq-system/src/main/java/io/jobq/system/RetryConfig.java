package io.jobq.system;

import io.jobq.RetryPolicy;
import io.jobq.spi.DurationText;
import java.time.Duration;
import java.util.Objects;

/**
 * The system's retry policy, as values. What else a {@link RetryPolicy} can do is given in code.
 *
 * @param maxAttempts the first included, 1 or more
 * @param backoff how delays grow
 * @param base the first delay
 * @param factor what the next delay is multiplied with, 1 or more; only for {@link Backoff#EXPONENTIAL}
 * @param max the longest delay, not below the base; not for {@link Backoff#FIXED}
 * @param jitter each delay is spread over ± this fraction of it, 0 to 1; or {@link #FULL_JITTER}
 */
public record RetryConfig(int maxAttempts, Backoff backoff, Duration base, double factor, Duration max, double jitter) {
    /** How delays grow. */
    public enum Backoff {
        /** Each is the one before times the factor. */
        EXPONENTIAL,
        /** Each is longer by the base. */
        LINEAR,
        /** All are as long as the base. */
        FIXED
    }

    /** Spreads each delay from zero to its full length. */
    public static final double FULL_JITTER = -1;

    /** What {@link RetryPolicy#DEFAULT} does. */
    public static final RetryConfig DEFAULT =
            new RetryConfig(10, Backoff.EXPONENTIAL, Duration.ofSeconds(5), 2, Duration.ofHours(1), 0.2);

    /** Checks ranges. */
    public RetryConfig {
        Objects.requireNonNull(backoff, "backoff");
        Objects.requireNonNull(max, "max");
        if (backoff != Backoff.FIXED && base.compareTo(max) > 0) {
            throw new IllegalArgumentException(
                    "max must not be below base, " + DurationText.of(base) + ", but is " + DurationText.of(max));
        }
        policy(maxAttempts, backoff, base, factor, max).jitter(jitter == FULL_JITTER ? 0 : jitter);
    }

    /** As core has it. */
    public RetryPolicy policy() {
        RetryPolicy steady = policy(maxAttempts, backoff, base, factor, max);
        return jitter == FULL_JITTER ? steady.fullJitter() : steady.jitter(jitter);
    }

    private static RetryPolicy policy(int attempts, Backoff backoff, Duration base, double factor, Duration max) {
        RetryPolicy policy = switch (backoff) {
            case EXPONENTIAL -> RetryPolicy.exponential(base, factor, max);
            case LINEAR -> RetryPolicy.linear(base, max);
            case FIXED -> RetryPolicy.fixed(base);
        };
        return policy.maxAttempts(attempts);
    }

    /** The same with another {@link #maxAttempts()}. */
    public RetryConfig withMaxAttempts(int changed) {
        return new RetryConfig(changed, backoff, base, factor, max, jitter);
    }
}
