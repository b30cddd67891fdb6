package io.jobq.memory;

import io.jobq.JobId;
import io.jobq.spi.JobFilter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One step of a walk through the table: place by place, queue by queue, in the order of each line. The cursor is the key
 * of the last entry looked at, so it stays good whatever happens to that entry. A step looks at a bounded number of
 * entries.
 */
final class Scan {
    private static final int MAX_LOOKS = 10_000;

    private final JobTable table;
    private final JobFilter filter;
    private final int limit;
    private final @Nullable Position from;
    private final List<Entry> found = new ArrayList<>();
    private int looks;
    private @Nullable String next;

    /** Where a walk stands. */
    private record Position(Place place, long major, long minor, String queue) {
        static Position parse(String cursor) {
            String[] parts = cursor.split(":", 4);
            try {
                return new Position(
                        Place.valueOf(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2]), parts[3]);
            } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException notACursor) {
                throw unknown(cursor, notACursor);
            }
        }

        static String text(Entry entry) {
            return entry.place + ":" + entry.major + ":" + entry.minor + ":" + entry.queue.name;
        }
    }

    private static IllegalArgumentException unknown(String cursor, Exception cause) {
        return new IllegalArgumentException(
                "'" + cursor + "' is not a cursor of this list; start again without one", cause);
    }

    Scan(JobTable table, JobFilter filter, @Nullable String cursor, int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit must be at least 1, but is " + limit);
        }
        this.table = table;
        this.filter = filter;
        this.limit = limit;
        this.next = cursor;
        this.from = cursor == null || !filter.ids().isEmpty() ? null : Position.parse(cursor);
    }

    /** Where to go on after {@link #next}; null when the walk is over. */
    @Nullable
    String cursor() {
        return next;
    }

    /** The matching entries of this step. */
    List<Entry> next(Predicate<Entry> also) {
        if (!filter.ids().isEmpty()) {
            byIds(also);
            return found;
        }
        for (Place place : Place.values()) {
            boolean wanted = filter.states().isEmpty() || filter.states().contains(place.state);
            boolean ahead = from == null || place.compareTo(from.place) >= 0;
            if (wanted && ahead && !byLines(place, also)) {
                return found;
            }
        }
        next = null;
        return found;
    }

    /** Walks one place in all queues; false when the step is over before its end. */
    private boolean byLines(Place place, Predicate<Entry> also) {
        for (QueueLines queue : table.queues.values()) {
            boolean samePlace = from != null && place == from.place;
            int order = from == null ? 1 : queue.name.compareTo(from.queue);
            if ((samePlace && order < 0)
                    || (filter.queue() != null && !filter.queue().equals(queue.name))) {
                continue;
            }
            boolean inside = from != null && samePlace && order == 0;
            Iterator<Entry> entries = inside && from != null
                    ? queue.at(place).iteratorAfter(from.major, from.minor)
                    : queue.at(place).iterator();
            if (!byLine(entries, also)) {
                return false;
            }
        }
        return true;
    }

    private boolean byLine(Iterator<Entry> entries, Predicate<Entry> also) {
        while (entries.hasNext()) {
            Entry entry = entries.next();
            looks++;
            if (matches(entry) && also.test(entry)) {
                found.add(entry);
            }
            if (found.size() == limit || looks == MAX_LOOKS) {
                next = Position.text(entry);
                return false;
            }
        }
        return true;
    }

    private void byIds(Predicate<Entry> also) {
        JobId last = next == null ? null : parseId(next);
        next = null;
        for (JobId id : new TreeSet<>(filter.ids())) {
            Entry entry = table.byId.get(id);
            boolean ahead = last == null || id.compareTo(last) > 0;
            if (ahead && entry != null && matches(entry) && also.test(entry)) {
                found.add(entry);
                if (found.size() == limit) {
                    next = id.toString();
                    return;
                }
            }
        }
    }

    private static JobId parseId(String cursor) {
        try {
            return JobId.parse(cursor);
        } catch (IllegalArgumentException notAnId) {
            throw unknown(cursor, notAnId);
        }
    }

    private boolean matches(Entry entry) {
        return (filter.states().isEmpty() || filter.states().contains(entry.place.state))
                && (filter.queue() == null || filter.queue().equals(entry.queue.name))
                && (filter.type() == null || filter.type().equals(entry.job.type()))
                && (filter.errorClass() == null || filter.errorClass().equals(lastErrorClass(entry)))
                && isWithin(entry.finished);
    }

    private static @Nullable String lastErrorClass(Entry entry) {
        int errors = entry.errors.size();
        return errors == 0 ? null : entry.errors.get(errors - 1).errorClass();
    }

    private boolean isWithin(@Nullable Instant finished) {
        Instant first = filter.finishedFrom();
        Instant before = filter.finishedBefore();
        return (first == null || (finished != null && !finished.isBefore(first)))
                && (before == null || (finished != null && finished.isBefore(before)));
    }
}
