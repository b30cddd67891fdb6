package io.jobq.scheduler;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Chooses which ticks to fire. Its cost does not depend on how many were missed. */
record DueTicks(Timetable timetable, Misfire misfire) {
    List<Instant> between(Instant after, Instant now) {
        Instant graceStart = now.minus(misfire.grace());
        List<Instant> onTime = all(later(after, graceStart), now);
        List<Instant> due = missed(after, now, mayRun(onTime));
        due.addAll(onTime);
        return List.copyOf(due);
    }

    private int mayRun(List<Instant> onTime) {
        return misfire.kind() == Misfire.Kind.RUN_ONCE && !onTime.isEmpty() ? 0 : misfire.limit();
    }

    private List<Instant> all(Instant after, Instant until) {
        List<Instant> ticks = new ArrayList<>();
        Optional<Instant> tick = timetable.next(after);
        while (tick.isPresent() && !tick.get().isAfter(until)) {
            ticks.add(tick.get());
            tick = timetable.next(tick.get());
        }
        return ticks;
    }

    private List<Instant> missed(Instant after, Instant now, int most) {
        Instant oldest = misfire.deadline() == null ? after : later(after, ago(now, misfire.deadline()));
        List<Instant> found = new ArrayList<>();
        @Nullable Instant tick = most == 0 ? null : latest(oldest, now.minus(misfire.grace()));
        while (tick != null) {
            found.add(tick);
            tick = found.size() == most ? null : latest(oldest, tick.minusMillis(1));
        }
        Collections.reverse(found);
        return found;
    }

    /**
     * The latest tick after the first and up to the second instant, or null. A timetable only looks ahead, but whether a
     * tick lies between an instant and the last is monotonic, so the instant just before the latest tick can be halved in.
     */
    private @Nullable Instant latest(Instant after, Instant until) {
        Instant found = tickBetween(after, until);
        if (found == null) {
            return null;
        }
        long low = found.toEpochMilli();
        long high = until.toEpochMilli();
        while (low < high) {
            long middle = low + (high - low) / 2;
            Instant later = tickBetween(Instant.ofEpochMilli(middle), until);
            if (later == null) {
                high = middle;
            } else {
                found = later;
                low = later.toEpochMilli();
            }
        }
        return found;
    }

    private @Nullable Instant tickBetween(Instant after, Instant until) {
        return timetable.next(after).filter(each -> !each.isAfter(until)).orElse(null);
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private static Instant ago(Instant now, Duration age) {
        // Deadlines may be longer than time itself.
        return age.compareTo(Duration.between(Span.FIRST, now)) > 0 ? Span.FIRST : now.minus(age);
    }
}
