package io.jobq.scheduler;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;

/**
 * One tick.
 *
 * @param at when, in the years 1 to 9999; cut to milliseconds
 * @param zone where excluded dates are read
 */
public record Once(Instant at, ZoneId zone) implements Trigger {
    /** Checks ranges. */
    public Once {
        Objects.requireNonNull(zone, "zone");
        at = Span.require("instant", at).truncatedTo(ChronoUnit.MILLIS);
    }

    /** In UTC. */
    public static Once at(Instant instant) {
        return new Once(instant, ZoneOffset.UTC);
    }

    /** In the zone of the time. */
    public static Once at(ZonedDateTime time) {
        return new Once(time.toInstant(), time.getZone());
    }

    @Override
    public Optional<Instant> next(Instant after) {
        return after.isBefore(at) ? Optional.of(at) : Optional.empty();
    }

    @Override
    public String toString() {
        return "once at " + at + " in " + zone;
    }
}
