package io.jobq.redis;

import io.jobq.JobId;
import io.jobq.JobState;
import io.jobq.Priority;
import io.jobq.spi.JobFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Finds the next jobs that match a filter, looking at a bounded number of them. */
final class Walk {
    /** Where jobs lie, in the order in which they are walked; the state of what lies there, and the priority if it is of one. */
    record Place(String name, JobState state, @Nullable Priority priority) {
        boolean mayHold(JobFilter filter) {
            return filter.mayMatch(state)
                    && (priority == null || filter.priority() == null || priority.equals(filter.priority()));
        }
    }

    static final List<Place> PLACES = places();
    private static final int LOOKS_AT_MOST = 1_000;
    private static final int LOOKS_AT_ONCE = 100;
    private static final String BY_ID = "id:";
    private static final String UNBOUNDED = "+inf";

    private final Calls calls;
    private final Queues queues;
    private final JobFilter filter;
    private final int limit;
    private final boolean bounded;
    private final List<Row> found = new ArrayList<>();
    private int looks;
    private @Nullable String next;

    /** A bounded walk does not meet jobs that finish, or are rescheduled, after its first call. */
    Walk(Calls calls, Queues queues, JobFilter filter, int limit, boolean bounded) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit must be 1 or more, but is " + limit);
        }
        this.calls = calls;
        this.queues = queues;
        this.filter = filter;
        this.limit = limit;
        this.bounded = bounded;
    }

    private static List<Place> places() {
        List<Place> places = new ArrayList<>();
        places.add(new Place("SCHEDULED", JobState.SCHEDULED, null));
        for (int level = 0; level < Priority.LEVELS; level++) {
            Priority priority = new Priority(level);
            places.add(new Place(String.valueOf(level), JobState.READY, priority));
            places.add(new Place("T" + level, JobState.READY, priority));
        }
        places.add(new Place("PARKED", JobState.READY, null));
        places.add(new Place("ASIDE", JobState.READY, null));
        for (JobState state : List.of(JobState.RUNNING, JobState.SUCCEEDED, JobState.DEAD, JobState.CANCELLED)) {
            places.add(new Place(state.name(), state, null));
        }
        return List.copyOf(places);
    }

    List<Row> found() {
        return found;
    }

    /** Where to go on; null at the end. */
    @Nullable
    String next() {
        return next;
    }

    Walk from(@Nullable String cursor) {
        if (filter.ids().isEmpty()) {
            walkPlaces(Cursor.parse(cursor));
        } else {
            walkIds(cursor);
        }
        return this;
    }

    private void walkIds(@Nullable String cursor) {
        TreeSet<JobId> ids = new TreeSet<>(filter.ids());
        List<JobId> rest = new ArrayList<>(cursor == null ? ids : ids.tailSet(parseId(cursor), false));
        int at = 0;
        while (at < rest.size()) {
            List<JobId> some = rest.subList(at, Math.min(rest.size(), at + Math.min(LOOKS_AT_ONCE, limit)));
            Map<JobId, Row> rows = find(some);
            for (JobId id : some) {
                Row row = rows.get(id);
                at++;
                looks++;
                if (row != null && filter.matches(row.job())) {
                    found.add(row);
                }
                if (isFull() && at < rest.size()) {
                    next = BY_ID + id;
                    return;
                }
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

    private Map<JobId, Row> find(List<JobId> ids) {
        Map<JobId, Row> rows = new HashMap<>();
        for (Row row : rows(ids)) {
            rows.merge(row.job().id(), row, Walk::live);
        }
        return rows;
    }

    /** In the filter's queue alone, if none of them is on its way from there. */
    private List<Row> rows(List<JobId> ids) {
        String queue = filter.queue();
        List<Row> rows = queue == null ? List.of() : rows(calls, queues.of(queue), ids);
        boolean isEnough = queue != null && rows.stream().noneMatch(Row::isMoving);
        return isEnough ? rows : rows(calls, queues.everywhere(), ids);
    }

    /** While a job goes to another queue it is in both for a moment, and what counts is what it does in the new one. */
    static Row live(Row one, Row other) {
        if (one.isMoving() || other.isMoving()) {
            return one.isMoving() ? other : one;
        }
        return one.job().state().isFinal() ? other : one;
    }

    /** Looks for ids in some places at once. */
    static List<Row> rows(Calls calls, List<QueueKeys> places, List<JobId> ids) {
        Args args = new Args();
        ids.forEach(id -> args.add(id.toString()));
        Map<QueueKeys, CompletableFuture<Reply>> replies = new LinkedHashMap<>();
        places.forEach(place -> replies.put(place, calls.send(Script.FIND, place, args)));
        List<Row> rows = new ArrayList<>();
        replies.forEach(
                (place, reply) -> rows.addAll(Row.all(place, calls.link().await(reply))));
        return rows;
    }

    private void walkPlaces(Cursor from) {
        Cursor cursor = from;
        Map<QueueKeys, Counts> counts = counts();
        for (int place = cursor.place(); place < PLACES.size(); place++) {
            if (!PLACES.get(place).mayHold(filter)) {
                continue;
            }
            for (QueueKeys queue : counts.keySet()) {
                boolean empty = Objects.requireNonNull(counts.get(queue))
                                .count(PLACES.get(place).state())
                        == 0;
                if (from.isBehind(place, queue) || empty) {
                    continue;
                }
                cursor = walkPlace(from.isAt(place, queue) ? cursor : cursor.at(place, queue), queue);
                if (next != null) {
                    return;
                }
            }
        }
    }

    /** What there is at all, so that empty places cost nothing. */
    private Map<QueueKeys, Counts> counts() {
        List<QueueKeys> places = filter.queue() == null ? queues.everywhere() : queues.of(filter.queue());
        return Counts.read(calls, places);
    }

    private Cursor walkPlace(Cursor start, QueueKeys queue) {
        Cursor cursor = start;
        Place place = PLACES.get(start.place());
        boolean more = true;
        while (more) {
            int count = Math.min(LOOKS_AT_ONCE, Math.max(limit, 10));
            Reply reply = calls.call(Script.LIST, queue, arguments(place, cursor, count));
            if (bounded) {
                cursor = cursor.boundedBy(reply.text(2));
            }
            more = reply.text(1).equals("1");
            cursor = take(reply.list(0), place, cursor, queue);
            if (next != null) {
                return cursor;
            }
        }
        return cursor;
    }

    private static Args arguments(Place place, Cursor cursor, int count) {
        boolean unbounded = cursor.bound().isEmpty() || !place.state().isFinal();
        return new Args()
                .add(place.name())
                .add(cursor.position())
                .add(cursor.member())
                .add(unbounded ? UNBOUNDED : cursor.bound())
                .add(count);
    }

    private Cursor take(Reply listed, Place place, Cursor start, QueueKeys queue) {
        List<JobId> ids = new ArrayList<>();
        for (int i = 2; i < listed.size(); i += 3) {
            if (!listed.isEmpty(i)) {
                ids.add(JobId.parse(listed.text(i)));
            }
        }
        Map<JobId, Row> rows = new HashMap<>();
        if (!ids.isEmpty()) {
            rows(calls, List.of(queue), ids).forEach(row -> rows.put(row.job().id(), row));
        }
        Cursor cursor = start;
        for (int i = 0; i < listed.size(); i += 3) {
            cursor = cursor.behind(listed.text(i), listed.text(i + 1));
            looks++;
            Row row = listed.isEmpty(i + 2) ? null : rows.get(JobId.parse(listed.text(i + 2)));
            // a job that has moved on in the meantime is met, or was, where it is now
            if (row != null && row.job().state() == place.state() && filter.matches(row.job()) && !isMet(row, cursor)) {
                found.add(row);
            }
            if (isFull()) {
                next = cursor.text();
                return cursor;
            }
        }
        return cursor;
    }

    /** Whether this bulk action has rescheduled it, and so brought it before itself again. */
    private boolean isMet(Row row, Cursor cursor) {
        return bounded && row.isRescheduledSince(Long.parseLong(cursor.bound()));
    }

    private boolean isFull() {
        return found.size() >= limit || looks >= LOOKS_AT_MOST;
    }
}
