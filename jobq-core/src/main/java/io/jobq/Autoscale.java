package io.jobq;

import io.jobq.spi.DurationText;
import io.jobq.spi.Durations;
import java.time.Duration;

/**
 * Moves a worker's concurrency so that the oldest ready job is about as old as wanted. The rule is that of the
 * Kubernetes horizontal autoscaler, {@code wanted = current × age / target}, taken about once a second and damped: at
 * most doubling when it grows, one slot at a time when it shrinks.
 *
 * @param min fewest slots, 1 or more
 * @param max most slots
 * @param targetAge how old the oldest ready job may be
 */
public record Autoscale(int min, int max, Duration targetAge) {
    private static final double TOLERANCE = 0.1;

    /** Checks ranges. */
    public Autoscale {
        if (min < 1 || max < min) {
            throw new IllegalArgumentException("autoscale needs 1 <= min <= max, but has min=" + min + ", max=" + max);
        }
        if (targetAge.isNegative() || targetAge.isZero()) {
            throw new IllegalArgumentException("targetAge must be positive, but is " + DurationText.of(targetAge));
        }
    }

    /**
     * The concurrency to have next.
     *
     * @param current the concurrency now
     * @param used slots in use
     * @param oldestReady age of the oldest ready job; zero when none waits
     */
    public int wanted(int current, int used, Duration oldestReady) {
        double load = (double) Durations.nanos(oldestReady) / Durations.nanos(targetAge);
        int next = current;
        if (load > 1 + TOLERANCE) {
            next = (int) Math.ceil(Math.min(current * load, current * 2.0));
        } else if (load < 1 - TOLERANCE && used < current) {
            next = current - 1;
        }
        return Math.max(min, Math.min(max, next));
    }
}
