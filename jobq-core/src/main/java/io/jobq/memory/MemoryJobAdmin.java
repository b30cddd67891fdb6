package io.jobq.memory;

import io.jobq.JobId;
import io.jobq.JobSnapshot;
import io.jobq.spi.Applied;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobAdmin;
import io.jobq.spi.JobFilter;
import io.jobq.spi.Page;
import io.jobq.spi.Rule;
import io.jobq.spi.StorageStats;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The operator's side. */
final class MemoryJobAdmin implements JobAdmin {
    private final JobTable table;

    MemoryJobAdmin(JobTable table) {
        this.table = table;
    }

    @Override
    public Optional<JobSnapshot> find(JobId id) {
        return table.call(t -> Optional.ofNullable(t.find(id)).map(Entry::snapshot));
    }

    @Override
    public Page list(JobFilter filter, @Nullable String cursor, int limit) {
        return table.call(t -> {
            Walk walk = new Walk(t, filter, limit).from(cursor, Long.MAX_VALUE);
            List<JobSnapshot> jobs = new ArrayList<>(walk.found().size());
            for (Entry entry : walk.found()) {
                jobs.add(entry.snapshot());
            }
            return new Page(jobs, walk.next());
        });
    }

    /** Only replaying can bring a job back to where the walk has yet to come, so only it is bounded. */
    @Override
    public Applied apply(JobFilter filter, JobAction action, @Nullable String cursor, int limit) {
        return table.call(t -> {
            long bound = action instanceof JobAction.Replay ? t.sequence() : Long.MAX_VALUE;
            Walk walk = new Walk(t, filter, limit).from(cursor, bound);
            int count = 0;
            for (Entry entry : walk.found()) {
                // an earlier one of this batch may have pushed it out of its retention
                if (t.find(entry.job.id()) == entry && apply(entry, action)) {
                    count++;
                }
            }
            return new Applied(count, walk.next());
        });
    }

    private boolean apply(Entry entry, JobAction action) {
        if (action instanceof JobAction.Replay replay) {
            return replay(entry, replay.queue());
        }
        if (action instanceof JobAction.Cancel cancel) {
            return cancel(entry, cancel.reason());
        }
        return delete(entry);
    }

    private boolean replay(Entry entry, @Nullable String queue) {
        String target = queue == null ? entry.queue.name : queue;
        if (!entry.place.isFinal() || table.holder(target, entry.job.options().uniqueKey()) != null) {
            return false;
        }
        table.replay(entry, table.queue(target));
        return true;
    }

    private boolean cancel(Entry entry, String reason) {
        if (entry.place.isFinal()) {
            return false;
        }
        if (entry.place == Place.RUNNING) {
            entry.cancelReason = reason;
            table.hints().cancelRequested(entry);
        } else {
            table.finish(entry, Place.CANCELLED, reason);
        }
        return true;
    }

    private boolean delete(Entry entry) {
        if (entry.place == Place.RUNNING) {
            return false;
        }
        table.delete(entry);
        return true;
    }

    @Override
    public void rule(String queue, Rule rule) {
        table.call(t -> {
            t.rule(t.queue(queue), rule);
            return rule;
        });
    }

    @Override
    public List<Rule> rules(String queue) {
        return table.call(t -> {
            QueueLines ruled = t.queues.get(queue);
            Admission admission = ruled == null ? null : ruled.admission();
            return admission == null ? List.of() : admission.rules.list();
        });
    }

    @Override
    public StorageStats stats() {
        return table.call(t -> {
            Map<String, StorageStats.QueueStats> queues = new HashMap<>();
            t.queues.forEach((name, queue) -> {
                if (queue.isUsed()) {
                    queues.put(name, queue.stats(t.now()));
                }
            });
            return new StorageStats(queues);
        });
    }
}
