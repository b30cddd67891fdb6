package io.jobq.limits;

import io.jobq.spi.DurationText;
import io.jobq.spi.Durations;
import java.time.Duration;
import java.util.Objects;

/**
 * So many starts per period, evenly spread, with a burst after a rest: the generic cell rate algorithm (ITU-T I.371). In
 * any span of time there are at most {@code burst} starts more than the span times the rate allows.
 *
 * @param permits starts per period, 1 to 1,000,000
 * @param period 1 ms to 366 days
 * @param burst how many may start at once after a rest, 1 to 1,000,000
 */
public record Rate(int permits, Duration period, int burst) {
    private static final int MOST = 1_000_000;
    private static final Duration LONGEST = Duration.ofDays(366);

    /** Checks ranges. */
    public Rate {
        require("permits", permits);
        require("burst", burst);
        Objects.requireNonNull(period, "period");
        if (Durations.millis(period) < 1 || period.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "period of a rate must be 1 ms to 366 days, but is " + DurationText.of(period));
        }
    }

    private static void require(String what, int number) {
        if (number < 1 || number > MOST) {
            throw new IllegalArgumentException(what + " of a rate must be 1 to " + MOST + ", but is " + number);
        }
    }

    /** So many per second, all of which may come at once. */
    public static Rate perSecond(int permits) {
        return new Rate(permits, Duration.ofSeconds(1), permits);
    }

    /** So many per minute, all of which may come at once. */
    public static Rate perMinute(int permits) {
        return new Rate(permits, Duration.ofMinutes(1), permits);
    }

    /** So many per hour, all of which may come at once. */
    public static Rate perHour(int permits) {
        return new Rate(permits, Duration.ofHours(1), permits);
    }

    /** This rate with another burst; 1 keeps starts apart by {@code period / permits}. */
    public Rate withBurst(int changed) {
        return new Rate(permits, period, changed);
    }

    /** Time between two starts when there is no burst, in microseconds, rounded up so that the rate is not exceeded. */
    public long intervalMicros() {
        return (period.toMillis() * 1_000 + permits - 1) / permits;
    }
}
