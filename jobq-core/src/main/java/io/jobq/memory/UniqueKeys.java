package io.jobq.memory;

import io.jobq.JobId;
import io.jobq.spi.UniqueKey;
import io.jobq.spi.UniqueKey.Until;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Who holds which unique key. A job holds one as long as its scope says; only a key with a window is kept beyond the end
 * of its job, by id, until its window ends. Guarded by the lock of {@link JobTable}.
 */
final class UniqueKeys {
    private static final long NO_END = Long.MAX_VALUE;

    private record QueueKey(String queue, String key) {}

    /** Who holds a key until when, in epoch milliseconds. */
    record Hold(JobId id, long end) {
        boolean isOver(long now) {
            return end <= now;
        }
    }

    /** When the window of a key ends. */
    private record WindowEnd(long end, QueueKey key) {}

    private final Map<QueueKey, Hold> holds = new HashMap<>();
    private final TreeSet<WindowEnd> ends = new TreeSet<>(Comparator.comparingLong(WindowEnd::end)
            .thenComparing(end -> end.key().queue())
            .thenComparing(end -> end.key().key()));

    /** Who holds the key of a job that is to be stored; null for nobody, or if it has none. */
    @Nullable
    Hold holder(String queue, @Nullable UniqueKey key, long now) {
        Hold hold = key == null ? null : holds.get(new QueueKey(queue, key.key()));
        return hold == null || hold.isOver(now) ? null : hold;
    }

    /** Whether a stored job could have its key in a queue. One whose window is over needs none. */
    boolean isFree(Entry entry, String queue, long now) {
        Hold hold = holder(queue, entry.job.options().unique(), now);
        return hold == null || hold.id().equals(entry.job.id()) || endOf(entry) <= now;
    }

    private static long endOf(Entry entry) {
        UniqueKey key = entry.job.options().unique();
        return key == null || key.window() == null
                ? NO_END
                : entry.enqueued + key.window().toMillis();
    }

    /** A job takes its key, which is free, in its queue. */
    void take(Entry entry, long now) {
        take(entry, endOf(entry), now);
    }

    /** A job takes its key from another whose hold ends then; returns whether it has a window. */
    boolean takeOver(Entry entry, long end, long now) {
        boolean within = isHeldUntil(entry, Until.WINDOW);
        take(entry, within ? Math.min(end, endOf(entry)) : NO_END, now);
        return within;
    }

    private void take(Entry entry, long end, long now) {
        QueueKey key = keyOf(entry);
        if (key == null || end <= now) {
            return;
        }
        Hold old = holds.put(key, new Hold(entry.job.id(), end));
        if (old != null) {
            ends.remove(new WindowEnd(old.end(), key));
        }
        if (end != NO_END) {
            ends.add(new WindowEnd(end, key));
        }
    }

    /** A job has been claimed. */
    void started(Entry entry) {
        if (isHeldUntil(entry, Until.START)) {
            free(entry);
        }
    }

    /** A job was claimed, but has not been started. */
    void unstarted(Entry entry, long now) {
        if (isHeldUntil(entry, Until.START) && isFree(entry, entry.queue.name, now)) {
            take(entry, now);
        }
    }

    /** A job has succeeded or is dead. */
    void finished(Entry entry) {
        if (!isHeldUntil(entry, Until.WINDOW)) {
            free(entry);
        }
    }

    /** Frees what a job holds, whatever its scope. */
    void free(Entry entry) {
        QueueKey key = keyOf(entry);
        Hold hold = key == null ? null : holds.get(key);
        if (key != null && hold != null && hold.id().equals(entry.job.id())) {
            holds.remove(key);
            ends.remove(new WindowEnd(hold.end(), key));
        }
    }

    /** Forgets keys whose windows are over, as many as that. */
    void purge(long now, int limit) {
        for (int i = 0; i < limit && !ends.isEmpty() && ends.first().end() <= now; i++) {
            holds.remove(ends.pollFirst().key());
        }
    }

    void clear() {
        holds.clear();
        ends.clear();
    }

    private static boolean isHeldUntil(Entry entry, Until until) {
        UniqueKey key = entry.job.options().unique();
        return key != null && key.until() == until;
    }

    private static @Nullable QueueKey keyOf(Entry entry) {
        UniqueKey key = entry.job.options().unique();
        return key == null ? null : new QueueKey(entry.queue.name, key.key());
    }
}
