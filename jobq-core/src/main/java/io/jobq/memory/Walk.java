package io.jobq.memory;

import io.jobq.JobId;
import io.jobq.spi.JobFilter;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Finds the next jobs that match a filter, looking at a bounded number of entries. Used under the lock. */
final class Walk {
    private static final int LOOKS_AT_MOST = 10_000;
    private static final String BY_ID = "id:";

    private final JobTable table;
    private final JobFilter filter;
    private final int limit;
    private final List<Entry> found = new ArrayList<>();
    private int looks;
    private @Nullable String next;

    Walk(JobTable table, JobFilter filter, int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit must be 1 or more, but is " + limit);
        }
        this.table = table;
        this.filter = filter;
        this.limit = limit;
    }

    /** What the walk has found. */
    List<Entry> found() {
        return found;
    }

    /** Where to go on; null at the end. */
    @Nullable
    String next() {
        return next;
    }

    /** Walks from a cursor; jobs that finished or were rescheduled after {@code bound}, or the cursor's, are not met. */
    Walk from(@Nullable String cursor, long bound) {
        if (filter.ids().isEmpty()) {
            walkLines(Cursor.parse(cursor, bound));
        } else {
            walkIds(cursor);
        }
        return this;
    }

    private void walkIds(@Nullable String cursor) {
        TreeSet<JobId> ids = new TreeSet<>(filter.ids());
        for (JobId id : cursor == null ? ids : ids.tailSet(parseId(cursor), false)) {
            Entry entry = table.find(id);
            looks++;
            if (entry != null && matches(entry)) {
                found.add(entry);
            }
            if (isFull() && !id.equals(ids.last())) {
                next = BY_ID + id;
                return;
            }
        }
    }

    private static JobId parseId(String cursor) {
        try {
            if (cursor.startsWith(BY_ID)) {
                return JobId.parse(cursor.substring(BY_ID.length()));
            }
        } catch (IllegalArgumentException e) {
            throw Cursor.bad(cursor, e);
        }
        throw Cursor.bad(cursor, null);
    }

    private void walkLines(Cursor from) {
        for (Place place : EnumSet.range(from.place(), Place.CANCELLED)) {
            if (filter.mayMatch(place.state)) {
                Cursor start = place == from.place() ? from : new Cursor(place, "", Position.start(), from.bound());
                walkPlace(start);
                if (next != null) {
                    return;
                }
            }
        }
    }

    private void walkPlace(Cursor start) {
        for (QueueLines queue : table.queues.tailMap(start.queue(), true).values()) {
            if (filter.queue() == null || filter.queue().equals(queue.name)) {
                walkLine(queue, queue.name.equals(start.queue()) ? start : start.to(queue.name, Position.start()));
                if (next != null) {
                    return;
                }
            }
        }
    }

    private void walkLine(QueueLines queue, Cursor start) {
        Iterator<Entry> rest = queue.line(start.place()).after(start.last());
        while (rest.hasNext()) {
            Entry entry = rest.next();
            looks++;
            if (!isNewer(entry, start.bound()) && matches(entry)) {
                found.add(entry);
            }
            if (isFull()) {
                next = start.to(queue.name, entry).text();
                return;
            }
        }
    }

    private static boolean isNewer(Entry entry, long bound) {
        return entry.rescheduled > bound || (entry.place.isFinal() && entry.minor > bound);
    }

    private boolean isFull() {
        return found.size() >= limit || looks >= LOOKS_AT_MOST;
    }

    /** A snapshot is made only of a job that passes at a glance. */
    private boolean matches(Entry entry) {
        return filter.isAbout(entry.job) && filter.matches(entry.snapshot());
    }
}
