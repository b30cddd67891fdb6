package io.jobq.scheduler;

import io.jobq.spi.DurationText;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;

/**
 * Ticks at a fixed rate: at the anchor, and then after every period. It follows elapsed time, so clocks that change move
 * its local times; how long the jobs run does not matter.
 *
 * @param period 1 s to 100 years of 365.25 days, in whole milliseconds
 * @param anchor the first tick, in the years 1 to 9999; cut to milliseconds
 * @param zone where excluded dates are read
 */
public record Interval(Duration period, Instant anchor, ZoneId zone) implements Trigger {
    private static final Duration LONGEST = Duration.ofDays(36_525);

    /** Checks ranges. */
    public Interval {
        Objects.requireNonNull(zone, "zone");
        if (period.compareTo(Duration.ofSeconds(1)) < 0
                || period.compareTo(LONGEST) > 0
                || !period.equals(Duration.ofMillis(period.toMillis()))) {
            throw new IllegalArgumentException(
                    "period of an interval must be 1 s to 36,525 days in whole milliseconds, but is "
                            + DurationText.of(period));
        }
        anchor = Span.require("anchor", anchor).truncatedTo(ChronoUnit.MILLIS);
    }

    /**
     * Counted from the start of 1970 in UTC, so that every process ticks alike: 15 minutes are the quarters of each hour.
     */
    public static Interval every(Duration period) {
        return every(period, Instant.EPOCH);
    }

    /** In UTC. */
    public static Interval every(Duration period, Instant anchor) {
        return every(period, anchor, ZoneOffset.UTC);
    }

    /** In a zone. */
    public static Interval every(Duration period, Instant anchor, ZoneId zone) {
        return new Interval(period, anchor, zone);
    }

    @Override
    public Optional<Instant> next(Instant after) {
        Instant from = Span.clamp(after);
        if (from.isBefore(anchor)) {
            return Optional.of(anchor);
        }
        long start = anchor.toEpochMilli();
        long step = period.toMillis();
        long tick = start + ((from.toEpochMilli() - start) / step + 1) * step;
        return tick > Span.LAST.toEpochMilli() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(tick));
    }

    @Override
    public String toString() {
        return "every " + DurationText.of(period) + " from " + anchor + " in " + zone;
    }
}
