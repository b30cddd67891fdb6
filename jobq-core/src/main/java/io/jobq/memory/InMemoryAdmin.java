package io.jobq.memory;

import io.jobq.JobId;
import io.jobq.JobSnapshot;
import io.jobq.spi.Applied;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobAdmin;
import io.jobq.spi.JobFilter;
import io.jobq.spi.NewJob;
import io.jobq.spi.Page;
import io.jobq.spi.StorageStats;
import io.jobq.spi.StorageStats.QueueStats;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The operator's side of the table. */
final class InMemoryAdmin implements JobAdmin {
    private final InMemoryStorage storage;
    private final JobTable table;

    InMemoryAdmin(InMemoryStorage storage, JobTable table) {
        this.storage = storage;
        this.table = table;
    }

    @Override
    public Optional<JobSnapshot> find(JobId id) {
        return storage.at(now -> Optional.ofNullable(table.byId.get(id)).map(Entry::snapshot));
    }

    @Override
    public Page list(JobFilter filter, @Nullable String cursor, int limit) {
        return storage.at(now -> {
            Scan scan = new Scan(table, filter, cursor, limit);
            List<JobSnapshot> jobs =
                    scan.next(entry -> true).stream().map(Entry::snapshot).toList();
            return new Page(jobs, scan.cursor());
        });
    }

    @Override
    public Applied apply(JobFilter filter, JobAction action, @Nullable String cursor, int limit) {
        return storage.at(now -> {
            Scan scan = new Scan(table, filter, cursor, limit);
            int count = 0;
            for (Entry entry : scan.next(candidate -> fits(action, candidate))) {
                count += act(action, entry, now) ? 1 : 0;
            }
            return new Applied(count, scan.cursor());
        });
    }

    private static boolean fits(JobAction action, Entry entry) {
        if (action instanceof JobAction.Replay) {
            return entry.place.isFinal();
        } else if (action instanceof JobAction.Delete) {
            return entry.place != Place.RUNNING;
        }
        return !entry.place.isFinal() && entry.cancelReason == null;
    }

    private boolean act(JobAction action, Entry entry, Instant now) {
        if (action instanceof JobAction.Replay replay) {
            return replay(entry, replay.queue(), now);
        } else if (action instanceof JobAction.Cancel cancel) {
            cancel(entry, cancel.reason(), now);
        } else {
            table.delete(entry);
        }
        return true;
    }

    private void cancel(Entry entry, String reason, Instant now) {
        if (entry.place == Place.RUNNING) {
            entry.cancelReason = reason;
            table.signals.cancelRequested(entry);
        } else {
            table.leave(entry);
            table.finish(entry, Place.CANCELLED, now, reason);
        }
    }

    private boolean replay(Entry entry, @Nullable String queue, Instant now) {
        if (!table.tryReviveKey(entry)) {
            return false;
        }
        table.leave(entry);
        if (queue != null) {
            NewJob old = entry.job;
            entry.job = new NewJob(
                    old.id(), queue, old.type(), old.payload(), old.options().withExpiresAt(null));
            entry.queue = table.queue(queue);
        }
        entry.attempt = 1;
        entry.losses = 0;
        entry.finished = null;
        entry.reason = null;
        entry.result = null;
        entry.due = now;
        table.ready(entry);
        return true;
    }

    @Override
    public StorageStats stats() {
        return storage.at(now -> {
            Map<String, QueueStats> stats = new HashMap<>();
            table.queues.forEach((name, queue) -> stats.put(name, queue.stats(now)));
            return new StorageStats(stats);
        });
    }
}
