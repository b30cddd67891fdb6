package io.jobq.scheduler;

import io.jobq.scheduler.StoredSchedule.Terms;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What becomes of the ticks of a schedule that are due. Ticks that were missed and may run nevertheless do so one after the other,
 * each when the one before has ended, unless runs may overlap; the overlap policy is for those on time.
 *
 * @param progress how far the schedule has come then, apart from the runs that are fired
 * @param fire ticks to fire now, in order
 */
record Plan(Progress progress, List<Instant> fire) {
    private static final int MOST_WAIT = 1_000;

    /** Decides; which runs are unfinished must have been looked up. */
    static Plan of(StoredSchedule schedule, Progress progress, Instant now) {
        if (schedule.isPaused()) {
            return new Plan(progress, List.of());
        }
        Terms terms = schedule.terms();
        Instant since = schedule.status().since();
        Instant after = progress.last().isAfter(since) ? progress.last() : since;
        List<Instant> due = terms.timetable().due(after, now, terms.misfire());
        Progress reached = reached(progress, terms.timetable(), after, now, due);
        return switch (terms.overlap()) {
            case ALLOW -> all(reached, due);
            case REPLACE -> latest(reached, due);
            case SKIP, QUEUE_ONE ->
                oneByOne(terms, reached, due, now.minus(terms.misfire().grace()));
        };
    }

    /** Ticks that are missed and may not run have been dealt with, too. */
    private static Progress reached(
            Progress progress, Timetable timetable, Instant after, Instant now, List<Instant> due) {
        List<Instant> latest = due.isEmpty() ? timetable.due(after, now, Misfire.runOnce()) : due;
        return latest.isEmpty() ? progress : progress.upTo(latest.get(latest.size() - 1));
    }

    private static Plan all(Progress progress, List<Instant> due) {
        List<Instant> fire = new ArrayList<>(progress.waiting()); // of another policy, which it had before
        fire.addAll(due);
        return new Plan(progress.withWaiting(List.of()), fire);
    }

    private static Plan latest(Progress progress, List<Instant> due) {
        List<Instant> wanted = new ArrayList<>(progress.waiting());
        wanted.addAll(due);
        if (wanted.isEmpty()) {
            return new Plan(progress, List.of());
        }
        int last = wanted.size() - 1;
        return new Plan(progress.withWaiting(List.of()).skipping(last), List.of(wanted.get(last)));
    }

    private static Plan oneByOne(Terms terms, Progress progress, List<Instant> due, Instant missedUntil) {
        List<Instant> waiting = new ArrayList<>(progress.waiting());
        boolean free = !progress.isBusy();
        int skipped = 0;
        for (Instant tick : due) {
            boolean missed = !tick.isAfter(missedUntil);
            boolean first = waiting.isEmpty();
            if (missed || (first && (free || terms.overlap() == Overlap.QUEUE_ONE))) {
                waiting.add(tick);
            } else {
                skipped++;
            }
        }
        while (waiting.size() > MOST_WAIT) {
            waiting.remove(0);
            skipped++;
        }
        List<Instant> fire = free && !waiting.isEmpty() ? List.of(waiting.remove(0)) : List.of();
        return new Plan(progress.withWaiting(waiting).skipping(skipped), fire);
    }
}
