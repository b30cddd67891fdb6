package io.jobq.scheduler;

/** What a schedule's tick does while the job of an earlier tick is not finished: waiting, running or to be retried. */
public enum Overlap {
    /** It adds its job all the same. */
    ALLOW,
    /** It adds none. */
    SKIP,
    /** It adds one that waits for the earlier; while one waits already, it adds none. */
    QUEUE_ONE,
    /** It cancels the earlier and adds its own. */
    REPLACE;

    /** {@link #SKIP}: a schedule never has more than one unfinished job. */
    public static final Overlap DEFAULT = SKIP;

    /** As it is stored: {@code queue_one}. */
    public String word() {
        return Words.of(this);
    }

    /**
     * Reads what {@link #word} has written.
     *
     * @throws IllegalArgumentException if it is anything else
     */
    public static Overlap parse(String word) {
        return Words.parse("overlap", word, Overlap.class);
    }
}
