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
 * @param cancelsEarlier whether unfinished runs are to be cancelled before
 */
record Plan(Progress progress, List<Instant> fire, boolean cancelsEarlier) {
    private static final int MOST_WAIT = 1_000;

    /** Decides; which runs are unfinished must have been looked up. */
    static Plan of(StoredSchedule schedule, Progress progress, Instant now) {
        if (schedule.isPaused()) {
            return new Plan(progress, List.of(), false);
        }
        Terms terms = schedule.terms();
        Instant since = schedule.status().since();
        Instant after = progress.last().isAfter(since) ? progress.last() : since;
        List<Instant> due = terms.timetable().due(after, now, terms.misfire());
        Progress reached = due.isEmpty() ? progress : progress.upTo(due.get(due.size() - 1));
        return switch (terms.overlap()) {
            case ALLOW -> all(reached, due);
            case REPLACE -> latest(reached, due);
            case SKIP, QUEUE_ONE ->
                oneByOne(terms, reached, due, now.minus(terms.misfire().grace()));
        };
    }

    private static Plan all(Progress progress, List<Instant> due) {
        List<Instant> fire = new ArrayList<>(progress.waiting()); // of another policy, which it had before
        fire.addAll(due);
        return new Plan(progress.waiting(List.of()), fire, false);
    }

    private static Plan latest(Progress progress, List<Instant> due) {
        List<Instant> wanted = new ArrayList<>(progress.waiting());
        wanted.addAll(due);
        if (wanted.isEmpty()) {
            return new Plan(progress, List.of(), false);
        }
        int last = wanted.size() - 1;
        Progress next = progress.waiting(List.of()).skipping(last);
        return new Plan(next, List.of(wanted.get(last)), progress.isBusy());
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
        return new Plan(progress.waiting(waiting).skipping(skipped), fire, false);
    }
}
