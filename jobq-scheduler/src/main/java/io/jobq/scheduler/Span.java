package io.jobq.scheduler;

import java.time.Instant;

/** The time in which ticks lie: long enough for anybody, and short enough that no sum overflows. */
final class Span {
    static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
    static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999Z");

    private Span() {}

    /** The instant itself, or the nearest from which a search may start. */
    static Instant clamp(Instant after) {
        Instant start = FIRST.minusMillis(1);
        return after.isBefore(start) ? start : after.isAfter(LAST) ? LAST : after;
    }

    static Instant require(String what, Instant instant) {
        if (instant.isBefore(FIRST) || instant.isAfter(LAST)) {
            throw new IllegalArgumentException(what + " must be in the years 1 to 9999, but is " + instant);
        }
        return instant;
    }
}
