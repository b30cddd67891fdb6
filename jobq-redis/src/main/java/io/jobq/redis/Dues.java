package io.jobq.redis;

import io.jobq.spi.Due;
import java.time.Duration;

/** Due times as scripts take them. */
final class Dues {
    /** Whole numbers up to here are exact in Lua and in a sorted set's scores: some 285,000 years. */
    private static final long LONGEST = 1L << 53;

    private Dues() {}

    static String text(Due due) {
        if (due instanceof Due.In in) {
            return in.delay().isZero() ? "" : "+" + millis(in.delay());
        }
        return String.valueOf(Math.min(LONGEST, Math.max(0, due.toEpochMilli(0))));
    }

    /** Milliseconds of a while; one without end is cut. */
    static long millis(Duration delay) {
        return delay.isNegative() ? 0 : Math.min(LONGEST, new Due.In(delay).toEpochMilli(0));
    }
}
