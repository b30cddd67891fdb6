package io.jobq.internal;

import java.util.concurrent.TimeUnit;

/**
 * How many jobs to claim beyond the free slots, so that slots with short jobs need not wait for the storage between two of
 * them: as many as the slots will have taken on within {@value #WAIT_MILLIS} ms, going by how long jobs have run of late
 * (Little's law: waiting jobs = rate × wait). Jobs that are not short are not claimed ahead at all. For one thread.
 */
final class Pace {
    private static final int WAIT_MILLIS = 2;
    private static final double WAIT = TimeUnit.MILLISECONDS.toNanos(WAIT_MILLIS);
    private static final double SLOW = TimeUnit.SECONDS.toNanos(1);

    private double mean = SLOW;

    /** Takes down how long an attempt ran; negative for one that has not come to an end, or to a slot. */
    void ended(long ranNanos) {
        mean = ranNanos < 0 ? SLOW : mean + (ranNanos - mean) / 16;
    }

    /** How many to claim ahead of so many slots: no more than there are. */
    int ahead(int slots) {
        return (int) (slots * Math.min(1, WAIT / Math.max(mean, 1)));
    }
}
