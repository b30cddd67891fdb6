package io.jobq.limits;

import org.jspecify.annotations.Nullable;

/**
 * What holds for all jobs of a queue, type, tenant or key together, in every process.
 *
 * @param concurrency at most so many run at once, 0 or more; {@link #UNLIMITED} for any number, 0 for none
 * @param rate how often they may start; null for any rate
 */
public record Limit(int concurrency, @Nullable Rate rate) {
    /** The concurrency of those that have no limit to it. */
    public static final int UNLIMITED = Integer.MAX_VALUE;
    /** No limit. */
    public static final Limit NONE = new Limit(UNLIMITED, null);
    /** Nothing starts until there is another limit; what runs goes on. {@link Limits#pauseType} leaves the limit as it is. */
    public static final Limit PAUSED = new Limit(0, null);

    /** Rejects a negative concurrency. */
    public Limit {
        if (concurrency < 0) {
            throw new IllegalArgumentException("concurrency must be 0 or more, but is " + concurrency);
        }
    }

    /** At most so many at once. */
    public static Limit concurrency(int most) {
        return new Limit(most, null);
    }

    /** No more often than this. */
    public static Limit rate(Rate rate) {
        return new Limit(UNLIMITED, rate);
    }

    /** This limit with another concurrency. */
    public Limit withConcurrency(int most) {
        return new Limit(most, rate);
    }

    /** This limit with another rate; null for none. */
    public Limit withRate(@Nullable Rate changed) {
        return new Limit(concurrency, changed);
    }
}
