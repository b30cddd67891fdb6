package io.jobq.spi;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/** When a job becomes ready. Delays are counted by the storage's clock, so a producer's wrong clock does no harm. */
public sealed interface Due {
    /**
     * A while after the storage has taken it.
     *
     * @param delay zero or more; counted in whole milliseconds
     */
    record In(Duration delay) implements Due {
        /** As soon as it is stored. */
        public static final In NOW = new In(Duration.ZERO);

        /** Rejects negative delays. */
        public In {
            if (delay.isNegative()) {
                throw new IllegalArgumentException("delay must not be negative, but is " + DurationText.of(delay));
            }
        }
    }

    /**
     * At an instant; one in the past means at once.
     *
     * @param instant by the storage's clock
     */
    record At(Instant instant) implements Due {
        /** Rejects null. */
        public At {
            Objects.requireNonNull(instant, "instant");
        }
    }

    /** The due time in epoch milliseconds, for a storage whose clock reads {@code nowMillis}; never overflows. */
    default long toEpochMilli(long nowMillis) {
        try {
            return this instanceof In in
                    ? Math.addExact(nowMillis, Durations.millis(in.delay()))
                    : ((At) this).instant().toEpochMilli();
        } catch (ArithmeticException tooFar) {
            return this instanceof At at && at.instant().isBefore(Instant.EPOCH) ? 0 : Long.MAX_VALUE;
        }
    }
}
