package io.jobq.scheduler;

import java.util.Objects;

/**
 * What happens to a cron expression's local times when the clocks change. It does not concern expressions that allow
 * every hour, such as {@code 30 * * * *}: they follow elapsed time, so nothing is made up after a gap, and both passes of
 * an overlap run.
 *
 * @param gap for local times that do not exist, as when clocks go forward
 * @param overlap for local times that occur twice, as when clocks go back
 */
public record DstPolicy(Gap gap, Overlap overlap) {
    /** What falls into a gap runs once, right after it; what occurs twice runs the first time. */
    public static final DstPolicy DEFAULT = new DstPolicy(Gap.RUN_AFTER, Overlap.ONCE);

    /** Local times that do not exist. */
    public enum Gap {
        /** They do not run. */
        SKIP,
        /** They run at the first instant after the gap: once, however many they are, and even if that is a tick already. */
        RUN_AFTER
    }

    /** Local times that occur twice. */
    public enum Overlap {
        /** They run the first time. */
        ONCE,
        /** They run both times. */
        TWICE
    }

    /** Refuses nulls. */
    public DstPolicy {
        Objects.requireNonNull(gap, "gap");
        Objects.requireNonNull(overlap, "overlap");
    }

    @Override
    public String toString() {
        return "gap: " + Words.of(gap) + ", overlap: " + Words.of(overlap);
    }
}
