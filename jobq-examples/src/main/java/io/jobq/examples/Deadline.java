package io.jobq.examples;

import java.time.Duration;

/**
 * When something must be over.
 *
 * @param nanos by {@link System#nanoTime()}
 */
record Deadline(long nanos) {
    static Deadline in(Duration time) {
        return new Deadline(System.nanoTime() + time.toNanos());
    }

    /** The time until then, zero if that is past. */
    Duration left() {
        return Duration.ofNanos(Math.max(0, nanos - System.nanoTime()));
    }

    boolean isOver() {
        return left().isZero();
    }
}
