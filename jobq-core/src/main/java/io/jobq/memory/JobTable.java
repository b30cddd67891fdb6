package io.jobq.memory;

import io.jobq.JobId;
import io.jobq.Priority;
import io.jobq.spi.Due;
import io.jobq.spi.Lease;
import io.jobq.spi.NewJob;
import io.jobq.spi.Retention;
import io.jobq.spi.Rule;
import io.jobq.spi.Rule.Part;
import io.jobq.spi.StorageException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All jobs and the moves they can make. One lock guards everything; each call takes it once, reads the clock once, and
 * delivers its hints after giving it back.
 *
 * <p>Every place of a queue is a {@link Line} ordered by two keys: scheduled jobs by (due, sequence), ready ones by
 * (lane and start tag, turn), parked ones by (number of the type, turn), those set aside by (lane and start tag there,
 * turn), running ones by token, final ones by (finished, sequence). Jobs put ahead of their level stand there by the turn they had before.
 */
final class JobTable {
    private static final Logger log = LoggerFactory.getLogger(JobTable.class);
    private static final Duration LONGEST_AGE = Duration.ofDays(365_000);

    final Retention retention;
    final Signals signals = new Signals();
    final NavigableMap<String, QueueLines> queues = new TreeMap<>();
    final Leases leases = new Leases();
    final UniqueKeys keys = new UniqueKeys();

    private final ReentrantLock lock = new ReentrantLock();
    private final InstantSource clock;
    private final Map<JobId, Entry> entries = new HashMap<>();
    private boolean closed;
    private long sequence;
    /** Grows with time, so that it is greater than in any earlier storage, which is forgotten with its process. */
    private long lastToken;

    /** Of all claims: this storage never goes back to an earlier state, so one number tells them from those of another. */
    private final long nonce = ThreadLocalRandom.current().nextLong(Long.MAX_VALUE);

    private long now;
    private Hints hints;

    JobTable(Retention retention, InstantSource clock) {
        this.retention = retention;
        this.clock = clock;
        this.hints = new Hints(signals);
    }

    /** Runs a call under the lock. */
    <T> T call(Function<JobTable, T> body) {
        Hints mine;
        T answer;
        lock.lock();
        try {
            begin();
            mine = hints;
            answer = body.apply(this);
            mine.seal();
        } finally {
            lock.unlock();
        }
        mine.deliver();
        return answer;
    }

    private void begin() {
        requireOpen();
        now = clock.millis();
        hints = new Hints(signals);
    }

    void requireOpen() {
        if (closed) {
            throw new StorageException("the in-memory storage is closed and its jobs are gone; make a new one");
        }
    }

    void close() {
        lock.lock();
        try {
            tellLost();
            closed = true;
            entries.clear();
            keys.clear();
            queues.clear();
            leases.clear();
            signals.clear();
        } finally {
            lock.unlock();
        }
    }

    private void tellLost() {
        long lost = entries.values().stream()
                .filter(entry -> !entry.place.state.isFinal())
                .count();
        if (lost > 0) {
            log.warn("the in-memory storage closes and forgets {} jobs that had not come to an end", lost);
        }
    }

    long now() {
        return now;
    }

    Hints hints() {
        return hints;
    }

    long sequence() {
        return sequence;
    }

    /** The lease on a job that has just started. */
    Lease lease(Entry entry) {
        return new Lease(entry.queue.name, entry.job.id(), entry.token, nonce);
    }

    /** The job that a lease of this storage is on. */
    @Nullable
    Entry find(Lease lease) {
        return lease.nonce() == nonce ? find(lease.job()) : null;
    }

    @Nullable
    Entry find(JobId id) {
        return entries.get(id);
    }

    QueueLines queue(String name) {
        return queues.computeIfAbsent(name, QueueLines::new);
    }

    void insert(NewJob job) {
        Entry entry = enter(job);
        keys.take(entry, now);
        await(entry, entry.due);
    }

    /** In the place of a job that waits; within a window of their unique key it takes over what is left of that. */
    void replace(Entry old, NewJob job, long windowEnd) {
        finish(old, Place.CANCELLED, "replaced by " + job.id());
        Entry entry = enter(job);
        boolean within = keys.takeOver(entry, windowEnd, now);
        await(entry, within ? Math.min(entry.due, Math.max(now, old.due)) : entry.due);
    }

    private Entry enter(NewJob job) {
        Entry entry = new Entry(job, queue(job.queue()), now);
        entries.put(entry.job.id(), entry);
        entry.due = Math.max(now, job.options().due().toEpochMilli(now));
        return entry;
    }

    private void await(Entry entry, long due) {
        entry.due = due;
        if (due > now) {
            addScheduled(entry, due);
        } else {
            addReady(entry);
        }
    }

    /** At the end of its line, or among the scheduled if the delay is not over at once. */
    void delay(Entry entry, Duration delay) {
        leave(entry);
        long due = after(delay);
        if (due > now) {
            addScheduled(entry, due);
        } else {
            entry.due = now;
            addReady(entry);
        }
    }

    /** When a while from now is over; a while without end ends at the end of time. */
    long after(Duration delay) {
        return delay.isNegative() ? now : new Due.In(delay).toEpochMilli(now);
    }

    /** What was a while ago. */
    long before(Duration age) {
        return age.compareTo(LONGEST_AGE) >= 0 ? Long.MIN_VALUE : now - age.toMillis();
    }

    private void addScheduled(Entry entry, long due) {
        entry.due = due;
        QueueLines queue = entry.queue;
        queue.add(entry, Place.SCHEDULED, due, ++sequence);
        if (queue.line(Place.SCHEDULED).first() == entry) {
            hints.dueFirst(queue);
        }
    }

    private void addReady(Entry entry) {
        entry.turn = ++sequence;
        entry.queue.join(entry);
        hints.becameReady(entry.queue);
    }

    /** Makes due jobs of a queue ready, in the order of their due times. */
    int promote(QueueLines queue, int limit) {
        Line scheduled = queue.line(Place.SCHEDULED);
        int promoted = 0;
        while (promoted < limit) {
            Entry first = scheduled.first();
            if (first == null || first.major > now) {
                break;
            }
            leave(first);
            addReady(first);
            promoted++;
        }
        return promoted;
    }

    /** Ready again where it stood before, ahead of those who have not had a turn. */
    void giveBack(Entry entry) {
        leave(entry);
        entry.due = now;
        entry.queue.add(entry, Place.READY, LevelLine.ahead(entry.level()), entry.turn);
        hints.becameReady(entry.queue);
    }

    void park(Entry entry) {
        leave(entry);
        entry.queue.park(entry);
    }

    /** Takes the first ready job that may start; null when there is none. The caller sees to its lease. */
    @Nullable
    Entry start(QueueLines queue) {
        Entry entry = queue.pollReady(now);
        if (entry != null) {
            lastToken = Math.max(lastToken + 1, TimeUnit.MILLISECONDS.toMicros(now));
            entry.token = lastToken;
            entry.started = now;
            entry.reason = null;
            keys.started(entry);
            queue.add(entry, Place.RUNNING, 0, entry.token);
        }
        return entry;
    }

    void finish(Entry entry, Place end, @Nullable String reason) {
        leave(entry);
        if (end == Place.CANCELLED) {
            keys.free(entry);
        } else {
            keys.finished(entry);
        }
        entry.cancelReason = null;
        entry.reason = reason;
        entry.queue.add(entry, end, now, ++sequence);
        hints.finished(entry);
        trim(entry.queue.line(end), end == Place.DEAD ? retention.dead() : retention.succeeded());
    }

    private void trim(Line line, int kept) {
        while (line.size() > kept) {
            Entry oldest = line.pollFirst();
            if (oldest == null) {
                return;
            }
            entries.remove(oldest.job.id());
        }
    }

    /** A final job once more as attempt 1, in a queue that may be another; its unique key must be free. */
    void replay(Entry entry, QueueLines target) {
        leave(entry);
        keys.free(entry); // the rest of a window goes with it
        entry.enter(target, entry.job.options().withExpiresAt(null)); // whoever replays it wants it to run
        entry.restart();
        entry.due = now;
        keys.take(entry, now);
        addReady(entry);
    }

    /** A waiting job into another queue, to wait there; its unique key must be free. */
    void move(Entry entry, QueueLines target) {
        boolean scheduled = entry.place == Place.SCHEDULED;
        leave(entry);
        keys.free(entry);
        entry.enter(target, entry.job.options());
        entry.settledToken = 0; // its leases name the queue that it has left
        keys.take(entry, now);
        waitAgain(entry, scheduled);
    }

    /** A waiting job to another line. Parked ones stay parked. */
    void prioritize(Entry entry, Priority priority) {
        boolean scheduled = entry.place == Place.SCHEDULED;
        boolean stays = entry.place == Place.PARKED;
        if (!stays) {
            leave(entry);
        }
        entry.enter(entry.queue, entry.job.options().withPriority(priority));
        if (!stays) {
            waitAgain(entry, scheduled);
        }
    }

    private void waitAgain(Entry entry, boolean scheduled) {
        if (scheduled) {
            addScheduled(entry, entry.due);
        } else {
            addReady(entry);
        }
    }

    /** A waiting job until then. */
    void reschedule(Entry entry, Due due) {
        leave(entry);
        entry.rescheduled = ++sequence;
        entry.due = Math.max(now, due.toEpochMilli(now));
        waitAgain(entry, entry.due > now);
    }

    void delete(Entry entry) {
        keys.free(entry);
        purge(entry);
    }

    /** Deletes a job whose retention is over; the window of its unique key goes on. */
    void purge(Entry entry) {
        leave(entry);
        entries.remove(entry.job.id());
    }

    private void leave(Entry entry) {
        entry.queue.remove(entry);
        if (entry.place == Place.RUNNING) {
            leases.end(entry);
            Admission admission = entry.counting == null ? null : entry.queue.admission();
            if (admission != null && admission.stopped(entry, now)) {
                hints.becameReady(entry.queue);
            }
        }
    }

    /** Brings back jobs set aside that have room now, and lets a call look at so many that have none. */
    void admit(QueueLines queue, int limit) {
        Admission admission = queue.admission();
        if (admission != null && admission.open(now, limit)) {
            hints.becameReady(queue);
        }
    }

    /** Sets or takes back parts of a rule. */
    void rule(QueueLines queue, Rule change, Set<Part> parts) {
        queue.ruled().change(change, parts, now);
        hints.becameReady(queue);
    }
}
