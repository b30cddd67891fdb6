package io.jobq.scheduler;

import io.jobq.scheduler.DstPolicy.Gap;
import io.jobq.scheduler.DstPolicy.Overlap;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Ticks to come, with remarks on what the clocks' changes do to them. */
record Preview(Timetable timetable) {
    List<Tick> ticks(Instant after, int count) {
        List<Tick> ticks = new ArrayList<>();
        Instant last = after;
        while (ticks.size() < count) {
            Optional<Instant> next = timetable.next(last);
            if (next.isEmpty()) {
                break;
            }
            ZonedDateTime at = next.get().atZone(timetable.trigger().zone());
            ticks.add(new Tick(at, remarks(last, at)));
            last = next.get();
        }
        return ticks;
    }

    private List<String> remarks(Instant last, ZonedDateTime tick) {
        if (!(timetable.trigger() instanceof Cron cron)) {
            return List.of();
        }
        List<String> remarks = new ArrayList<>();
        addGaps(remarks, cron.pattern(), last, tick.toInstant());
        addOverlap(remarks, cron.pattern(), tick);
        return remarks;
    }

    private void addGaps(List<String> remarks, ZonedPattern pattern, Instant last, Instant tick) {
        ZoneRules rules = pattern.rules();
        ZoneOffsetTransition change = rules.nextTransition(last);
        while (change != null && !change.getInstant().isAfter(tick)) {
            if (change.isGap() && !pattern.pattern().everyHour() && counts(change)) {
                addGap(remarks, pattern, change);
            }
            change = rules.nextTransition(change.getInstant());
        }
    }

    /** Whether a run at the change would be one of the timetable's. */
    private boolean counts(ZoneOffsetTransition change) {
        Instant at = change.getInstant();
        return (timetable.start() == null || !at.isBefore(timetable.start()))
                && !timetable.excluded().contains(change.getDateTimeAfter().toLocalDate());
    }

    private static void addGap(List<String> remarks, ZonedPattern pattern, ZoneOffsetTransition gap) {
        long first = pattern.firstLost(gap);
        if (first == CronPattern.NONE) {
            return;
        }
        long last = pattern.lastLost(gap);
        LocalDateTime from = local(first);
        String what = first == last
                ? from.toLocalTime() + " does not exist on "
                : from.toLocalTime() + " to " + local(last).toLocalTime() + " do not exist on ";
        String run = pattern.dst().gap() == Gap.SKIP
                ? ", skipped"
                : (first == last ? ", runs at " : ", run once at ")
                        + gap.getDateTimeAfter().toLocalTime()
                        + gap.getOffsetAfter();
        remarks.add(what + from.toLocalDate() + run);
    }

    private static void addOverlap(List<String> remarks, ZonedPattern pattern, ZonedDateTime tick) {
        LocalDateTime local = tick.toLocalDateTime();
        List<ZoneOffset> offsets = pattern.rules().getValidOffsets(local);
        if (offsets.size() < 2) {
            return;
        }
        boolean first = tick.getOffset().equals(offsets.get(0));
        String runs = pattern.dst().overlap() == Overlap.ONCE
                ? ", runs once"
                : ", runs twice; this is the " + (first ? "first" : "second");
        remarks.add(local.toLocalTime() + " occurs twice on " + local.toLocalDate() + runs);
    }

    private static LocalDateTime local(long seconds) {
        return LocalDateTime.ofEpochSecond(seconds, 0, ZoneOffset.UTC);
    }
}
