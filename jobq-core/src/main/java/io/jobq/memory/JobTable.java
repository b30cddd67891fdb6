package io.jobq.memory;

import io.jobq.JobId;
import io.jobq.spi.InsertResult;
import io.jobq.spi.NewJob;
import io.jobq.spi.Retention;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All jobs, and every move a job can make. A job is in exactly one line of its queue at any time:
 *
 * <ul>
 *   <li>scheduled ones by due time,
 *   <li>ready ones by priority, then by turn: the number drawn when a job becomes ready and kept while it runs, so that a
 *       job given back stands where it stood,
 *   <li>running ones by when they were claimed,
 *   <li>finished ones by when they finished, so that retention takes from the front.
 * </ul>
 *
 * <p>Guarded by the storage's lock.
 */
final class JobTable {
    final Map<JobId, Entry> byId = new HashMap<>();
    final Map<String, QueueLines> queues = new TreeMap<>();
    final Leases leases = new Leases();
    final Signals signals;
    private final Map<String, Entry> uniqueKeys = new HashMap<>();
    private final Retention retention;
    private long sequence;
    private long lastToken;

    JobTable(Retention retention, Signals signals) {
        this.retention = retention;
        this.signals = signals;
    }

    QueueLines queue(String name) {
        QueueLines known = queues.get(name);
        if (known == null) {
            known = new QueueLines(name);
            queues.put(name, known);
        }
        return known;
    }

    InsertResult insert(NewJob job, Instant now) {
        if (byId.containsKey(job.id())) {
            return new InsertResult.Duplicate(job.id());
        }
        String key = job.options().uniqueKey();
        Entry holder = key == null ? null : uniqueKeys.get(key);
        if (holder != null) {
            return new InsertResult.Duplicate(holder.job.id());
        }
        Entry entry = new Entry(job, queue(job.queue()), now);
        byId.put(job.id(), entry);
        if (key != null) {
            uniqueKeys.put(key, entry);
        }
        long nowMillis = now.toEpochMilli();
        long due = job.options().due().toEpochMilli(nowMillis);
        if (due <= nowMillis) {
            entry.place = Place.READY;
            ready(entry);
        } else {
            schedule(entry, due);
        }
        return new InsertResult.Inserted(job.id());
    }

    /** Whether a job may become live again as far as its unique key goes; takes the key if so. */
    boolean tryReviveKey(Entry entry) {
        String key = entry.job.options().uniqueKey();
        return key == null || uniqueKeys.putIfAbsent(key, entry) == null;
    }

    /** Ready now, at the end of its line. */
    void ready(Entry entry) {
        entry.turn = ++sequence;
        enter(entry, Place.READY, entry.job.options().priority().level(), entry.turn);
        signals.ready(entry.queue.name);
    }

    /** Ready again where it stood. */
    void readyAgain(Entry entry) {
        enter(entry, Place.READY, entry.job.options().priority().level(), entry.turn);
        signals.ready(entry.queue.name);
    }

    void schedule(Entry entry, long due) {
        entry.due = due == Long.MAX_VALUE ? Instant.MAX : Instant.ofEpochMilli(due);
        enter(entry, Place.SCHEDULED, due, ++sequence);
        if (entry.queue.at(Place.SCHEDULED).first() == entry) {
            signals.ready(entry.queue.name);
        }
    }

    void park(Entry entry) {
        enter(entry, Place.PARKED, 0, entry.turn);
        entry.queue.parked.merge(entry.job.type(), 1L, Long::sum);
    }

    void run(Entry entry, Instant now, long leaseEnd) {
        leave(entry);
        enter(entry, Place.RUNNING, 0, ++sequence);
        entry.token = ++lastToken;
        entry.started = now;
        entry.reason = null;
        leases.hold(entry, leaseEnd);
    }

    /** Takes a job out of its line; to be followed by a move into another. */
    void leave(Entry entry) {
        entry.queue.at(entry.place).remove(entry);
        if (entry.place == Place.RUNNING) {
            leases.end(entry);
        } else if (entry.place == Place.PARKED) {
            entry.queue.parked.computeIfPresent(entry.job.type(), (type, count) -> count == 1 ? null : count - 1);
        }
    }

    private void enter(Entry entry, Place place, long major, long minor) {
        entry.place = place;
        entry.major = major;
        entry.minor = minor;
        entry.queue.at(place).add(entry);
    }

    /** Takes a job to its final place, frees its key, and lets the oldest there go if they are too many. */
    void finish(Entry entry, Place place, Instant now, @Nullable String reason) {
        entry.finished = now;
        entry.reason = reason;
        entry.cancelReason = null;
        enter(entry, place, now.toEpochMilli(), ++sequence);
        freeKey(entry);
        signals.finished(entry);
        Line line = entry.queue.at(place);
        int kept = place == Place.DEAD ? retention.dead() : retention.succeeded();
        for (Entry oldest = line.first(); oldest != null && line.size() > kept; oldest = line.first()) {
            delete(oldest);
        }
    }

    private void freeKey(Entry entry) {
        String key = entry.job.options().uniqueKey();
        if (key != null) {
            uniqueKeys.remove(key, entry);
        }
    }

    void delete(Entry entry) {
        leave(entry);
        freeKey(entry);
        byId.remove(entry.job.id());
    }

    /** Deletes what is past its age; returns how many. */
    int purge(Instant now, int limit) {
        int purged = 0;
        for (QueueLines queue : queues.values()) {
            for (Place place : List.of(Place.SUCCEEDED, Place.CANCELLED, Place.DEAD)) {
                long age = (place == Place.DEAD ? retention.deadAge() : retention.succeededAge()).toMillis();
                long before = now.toEpochMilli() - age;
                Line line = queue.at(place);
                for (Entry oldest = line.first();
                        oldest != null && oldest.major < before && purged < limit;
                        oldest = line.first()) {
                    delete(oldest);
                    purged++;
                }
            }
        }
        return purged;
    }

    /** Makes due jobs of a queue ready, at most {@code limit}; returns how many. */
    int promote(QueueLines queue, Instant now, int limit) {
        long nowMillis = now.toEpochMilli();
        Line line = queue.at(Place.SCHEDULED);
        int promoted = 0;
        for (Entry first = line.first();
                first != null && first.major <= nowMillis && promoted < limit;
                first = line.first()) {
            leave(first);
            ready(first);
            promoted++;
        }
        return promoted;
    }
}
