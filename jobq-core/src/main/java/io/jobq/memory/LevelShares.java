package io.jobq.memory;

import io.jobq.Priority;
import java.time.Duration;
import java.util.Comparator;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How the levels of a queue share it. Without weights, lower levels come first; with weights it is stride scheduling
 * (Waldspurger and Weihl: Stride Scheduling, MIT/LCS/TM-528, 1995): the pass of a level grows by 1/weight with each job it
 * gives, the lowest pass is next, and a level that had no jobs joins where the others are. What has been ready for longer
 * than its level's longest wait gets every other turn, before all levels, so that it neither waits without end nor keeps others
 * waiting. Used under the lock.
 */
final class LevelShares {
    private static final Comparator<Entry> BY_END =
            Comparator.<Entry>comparingLong(entry -> entry.waitEnd).thenComparingLong(entry -> entry.turn);

    private final int[] weights = new int[Priority.LEVELS];
    private final long[] waits = new long[Priority.LEVELS];
    private final double[] passes = new double[Priority.LEVELS];
    private final TreeSet<Entry> aging = new TreeSet<>(BY_END);
    private boolean weighted;
    /** Whether the last turn was that of an overdue job. */
    private boolean servedOverdue;

    private double virtual;

    /** Sets the terms of a level; weight 0 and null for none. */
    void put(int level, int weight, @Nullable Duration longestWait) {
        weights[level] = weight;
        waits[level] = longestWait == null ? 0 : longestWait.toMillis();
        weighted = false;
        for (int each : weights) {
            weighted |= each > 0;
        }
    }

    /** The level that is served next, of those whose bits are set. */
    int next(int levels) {
        int next = Integer.numberOfTrailingZeros(levels);
        for (int level = next + 1; weighted && level < Priority.LEVELS; level++) {
            if ((levels & (1 << level)) != 0 && pass(level) < pass(next)) {
                next = level;
            }
        }
        return next;
    }

    private double pass(int level) {
        return Math.max(virtual, passes[level]);
    }

    void served(int level) {
        if (weighted) {
            virtual = pass(level);
            passes[level] = virtual + 1.0 / Math.max(1, weights[level]);
        }
    }

    /** A job is ready from its due time on. */
    void joined(Entry entry) {
        long wait = waits[entry.level()];
        entry.waitEnd = wait == 0 ? 0 : entry.due + wait;
        if (wait > 0) {
            aging.add(entry);
        }
    }

    void left(Entry entry) {
        if (entry.waitEnd != 0) {
            aging.remove(entry);
            entry.waitEnd = 0;
        }
    }

    /** The first of those that should have been served before this time, if the turn is theirs; else null. */
    @Nullable
    Entry overdue(long now) {
        if (aging.isEmpty() || aging.first().waitEnd > now) {
            return null;
        }
        servedOverdue = !servedOverdue;
        return servedOverdue ? aging.first() : null;
    }
}
