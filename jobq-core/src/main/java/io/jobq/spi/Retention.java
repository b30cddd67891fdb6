package io.jobq.spi;

import java.time.Duration;

/**
 * How long finished jobs are kept, per queue: until they are too many or too old, whichever comes first.
 *
 * @param succeeded most SUCCEEDED and CANCELLED jobs kept, each state counted for itself
 * @param succeededAge oldest of them kept
 * @param dead most DEAD jobs kept: the size cap of the dead letter queue
 * @param deadAge oldest of them kept
 */
public record Retention(int succeeded, Duration succeededAge, int dead, Duration deadAge) {
    /** The last 1,000 succeeded or 24 hours; 10,000 dead or 90 days. */
    public static final Retention DEFAULT = new Retention(1_000, Duration.ofHours(24), 10_000, Duration.ofDays(90));

    /** Rejects negative values. */
    public Retention {
        if (succeeded < 0 || dead < 0 || succeededAge.isNegative() || deadAge.isNegative()) {
            throw new IllegalArgumentException("retention must not be negative, but is succeeded=" + succeeded + " or "
                    + DurationText.of(succeededAge) + ", dead=" + dead + " or " + DurationText.of(deadAge));
        }
    }
}
