package io.jobq.internal;

import java.util.concurrent.TimeUnit;

/**
 * How many jobs to claim beyond the free slots, so that slots with short jobs need not wait for the storage between two of
 * them: as many as the slots will have taken on within two calls of the storage, the one under way and the next, going by
 * how long jobs and calls have taken of late (Little's law: waiting jobs = rate × wait). That is taken for half a
 * millisecond at least, which threads need to wake each other, and for {@value #MOST_MILLIS} ms at most. Jobs that are not
 * short are not claimed ahead at all. Few slots claim up to {@value #CALL} ahead, which is enough for the price of a call
 * not to count; many claim as many as they are, at most. For one thread.
 */
final class Pace {
    private static final int MOST_MILLIS = 2;
    private static final int CALL = 200;
    private static final long MOST = TimeUnit.MILLISECONDS.toNanos(MOST_MILLIS);
    private static final long LEAST = TimeUnit.MICROSECONDS.toNanos(500);
    private static final double SLOW = TimeUnit.SECONDS.toNanos(1);

    private double run = SLOW;
    private double call = (double) MOST;

    /** Takes down how long an attempt ran; negative for one that has not come to an end, or to a slot. */
    void ended(long ranNanos) {
        run = ranNanos < 0 ? SLOW : mean(run, ranNanos);
    }

    /** Takes down how long the storage took to answer. */
    void answered(long tookNanos) {
        call = mean(call, Math.min(tookNanos, MOST));
    }

    private static double mean(double before, long next) {
        return before + (next - before) / 16;
    }

    /** How many to claim ahead of so many slots. */
    int ahead(int slots) {
        long wait = Math.max(LEAST, Math.min(MOST, (long) (2 * call)));
        return (int) Math.min(Math.max(CALL, slots), slots * wait / Math.max(run, 1));
    }
}
