package io.jobq.spi;

import java.time.Duration;

/** Durations as whole numbers that never overflow: what is longer than a number can say is cut. Thread-safe. */
public final class Durations {
    /** Short enough that a few of them, and a time of {@link System#nanoTime()}, add up. */
    private static final Duration LONGEST = Duration.ofDays(36_525);

    private Durations() {}

    /** Returns the milliseconds, rounded towards earlier; cut to what a long holds. */
    public static long millis(Duration duration) {
        try {
            return duration.toMillis();
        } catch (ArithmeticException tooLong) {
            return duration.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }

    /** Returns the nanoseconds, of a hundred years either way at most, so that they can be added to a time. */
    public static long nanos(Duration duration) {
        if (duration.compareTo(LONGEST) > 0) {
            return LONGEST.toNanos();
        }
        return duration.compareTo(LONGEST.negated()) < 0 ? -LONGEST.toNanos() : duration.toNanos();
    }
}
