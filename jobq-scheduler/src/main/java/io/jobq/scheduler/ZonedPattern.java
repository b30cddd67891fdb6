package io.jobq.scheduler;

import io.jobq.scheduler.DstPolicy.Gap;
import io.jobq.scheduler.DstPolicy.Overlap;
import java.time.Instant;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import org.jspecify.annotations.Nullable;

/**
 * Turns the local times of a pattern into instants. The time line is cut where the zone's offset changes; within a piece
 * local time and instant go side by side, so ticks come in order even where local time repeats itself.
 */
record ZonedPattern(CronPattern pattern, ZoneRules rules, DstPolicy dst) {
    private static final DstPolicy ELAPSED = new DstPolicy(Gap.SKIP, Overlap.TWICE);

    static ZonedPattern of(CronPattern pattern, ZoneId zone, DstPolicy dst) {
        return new ZonedPattern(pattern, zone.getRules(), pattern.everyHour() ? ELAPSED : dst);
    }

    /** The first tick after this, both in seconds from 1970-01-01T00:00Z; {@link CronPattern#NONE} if there is none. */
    long next(long after) {
        Instant instant = Instant.ofEpochSecond(after);
        long from = after + 1;
        int offset = rules.getOffset(instant).getTotalSeconds();
        ZoneOffsetTransition before =
                dst.overlap() == Overlap.ONCE ? rules.previousTransition(instant.plusSeconds(1)) : null;
        ZoneOffsetTransition change = rules.nextTransition(instant);
        while (true) {
            long tick = within(from, offset, before);
            if (change == null || tick < change.toEpochSecond()) {
                return tick;
            }
            from = change.toEpochSecond();
            offset = change.getOffsetAfter().getTotalSeconds();
            if (makesUp(change)) {
                return from;
            }
            // Later changes cannot bring back an earlier local time than the next one does.
            if (tick == CronPattern.NONE && pattern.next(from + offset) == CronPattern.NONE) {
                return CronPattern.NONE;
            }
            before = change;
            change = rules.nextTransition(change.getInstant());
        }
    }

    /** The first tick from this instant on, if this offset stayed. */
    private long within(long from, int offset, @Nullable ZoneOffsetTransition before) {
        long local = from + offset;
        if (before != null && before.isOverlap() && dst.overlap() == Overlap.ONCE) {
            local = Math.max(local, localEnd(before));
        }
        long found = pattern.next(local);
        return found == CronPattern.NONE ? CronPattern.NONE : found - offset;
    }

    private boolean makesUp(ZoneOffsetTransition change) {
        return dst.gap() == Gap.RUN_AFTER && change.isGap() && firstLost(change) != CronPattern.NONE;
    }

    /** The first local time of the pattern that a gap leaves out; {@link CronPattern#NONE} if there is none. */
    long firstLost(ZoneOffsetTransition gap) {
        return lostFrom(localEnd(gap), gap);
    }

    /** The last one. */
    long lastLost(ZoneOffsetTransition gap) {
        long last = CronPattern.NONE;
        for (long each = firstLost(gap); each != CronPattern.NONE; each = lostFrom(each + 1, gap)) {
            last = each;
        }
        return last;
    }

    private long lostFrom(long local, ZoneOffsetTransition gap) {
        long found = pattern.next(local);
        return found < gap.toEpochSecond() + gap.getOffsetAfter().getTotalSeconds() ? found : CronPattern.NONE;
    }

    /** What clocks would have shown at the change without it. */
    private static long localEnd(ZoneOffsetTransition change) {
        return change.toEpochSecond() + change.getOffsetBefore().getTotalSeconds();
    }
}
