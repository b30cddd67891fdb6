package io.jobq.memory;

/**
 * How often a {@link Gate} offers its room to jobs that another gate refuses. Each of them moves on to that one; after a few in a
 * row the gate waits, a little longer each time, or jobs that two gates refuse in turns would move between them without end.
 * Used under the lock.
 */
final class Patience {
    private static final int FEW = 8;
    private static final int MISSES_AT_MOST = 5;
    private static final long MILLI = 1_000;

    private int refused;
    private int misses;
    /** When it offers again, in microseconds. */
    private long until;

    /** One could not take the room. */
    void refused(long now) {
        refused++;
        if (refused >= FEW << misses) {
            refused = 0;
            misses = Math.min(MISSES_AT_MOST, misses + 1);
            until = now + (MILLI << misses);
        }
    }

    /** There is reason to offer at once: one has taken it, or there is more room than before. */
    void restore() {
        refused = 0;
        misses = 0;
        until = 0;
    }

    boolean waits(long now) {
        return until > now;
    }

    long until() {
        return until;
    }
}
