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
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
        return table.call(t -> Optional.ofNullable(t.find(id)).map(entry -> snapshot(entry, t.now())));
    }

    private static JobSnapshot snapshot(Entry entry, long now) {
        Admission admission = entry.queue.admission();
        JobSnapshot job = entry.snapshot();
        return admission == null ? job : job.withHeldBy(admission.holding(entry, now));
    }

    @Override
    public Page list(JobFilter filter, @Nullable String cursor, int limit) {
        return table.call(t -> {
            Walk walk = new Walk(t, filter, limit).from(cursor, Long.MAX_VALUE);
            List<JobSnapshot> jobs = new ArrayList<>(walk.found().size());
            for (Entry entry : walk.found()) {
                jobs.add(snapshot(entry, t.now()));
            }
            return new Page(jobs, walk.next());
        });
    }

    /** Replaying and rescheduling can bring a job back to where the walk has yet to come, so only they are bounded. */
    @Override
    public Applied apply(JobFilter filter, JobAction action, @Nullable String cursor, int limit) {
        action.requireFor(filter);
        boolean returns = action instanceof JobAction.Replay || action instanceof JobAction.Reschedule;
        return table.call(t -> {
            Walk walk = new Walk(t, filter, limit).from(cursor, returns ? t.sequence() : Long.MAX_VALUE);
            int count = 0;
            for (Entry entry : walk.found()) {
                // an earlier one of this batch may have pushed it out of its retention
                if (t.find(entry.job.id()) == entry && fits(entry, action)) {
                    apply(entry, action);
                    count++;
                }
            }
            return new Applied(count, walk.next());
        });
    }

    private boolean fits(Entry entry, JobAction action) {
        if (!action.fits().contains(entry.place.state)) {
            return false;
        } else if (action instanceof JobAction.Replay replay) {
            return isKeyFree(entry, target(entry, replay));
        } else if (action instanceof JobAction.Move move) {
            return !entry.queue.name.equals(move.queue()) && isKeyFree(entry, move.queue());
        } else if (action instanceof JobAction.ChangePriority change) {
            return !entry.job.options().priority().equals(change.priority());
        }
        return true;
    }

    private static String target(Entry entry, JobAction.Replay replay) {
        return replay.queue() == null ? entry.queue.name : replay.queue();
    }

    private boolean isKeyFree(Entry entry, String queue) {
        return table.keys.isFree(entry, queue, table.now());
    }

    private void apply(Entry entry, JobAction action) {
        if (action instanceof JobAction.Replay replay) {
            table.replay(entry, table.queue(target(entry, replay)));
        } else if (action instanceof JobAction.Cancel cancel) {
            cancel(entry, cancel.reason());
        } else if (action instanceof JobAction.Delete) {
            table.delete(entry);
        } else if (action instanceof JobAction.RunNow) {
            table.delay(entry, Duration.ZERO);
        } else if (action instanceof JobAction.Reschedule reschedule) {
            table.reschedule(entry, reschedule.due());
        } else if (action instanceof JobAction.Move move) {
            table.move(entry, table.queue(move.queue()));
        } else if (action instanceof JobAction.ChangePriority change) {
            table.prioritize(entry, change.priority());
        } else if (action instanceof JobAction.EditPayload edit) {
            entry.edit(edit.payload());
        }
    }

    private void cancel(Entry entry, String reason) {
        if (entry.place == Place.RUNNING) {
            entry.cancelReason = reason;
            table.hints().cancelRequested(entry);
        } else {
            table.finish(entry, Place.CANCELLED, reason);
        }
    }

    @Override
    public boolean pause(String queue, boolean paused) {
        Objects.requireNonNull(queue, "queue");
        return table.call(t -> {
            QueueLines lines = t.queue(queue);
            boolean changed = lines.isPaused() != paused;
            lines.pause(paused);
            if (!paused) {
                t.hints().becameReady(lines);
            }
            return changed;
        });
    }

    @Override
    public void rule(String queue, Rule rule, Rule.Part... parts) {
        table.call(t -> {
            t.rule(t.queue(queue), rule, Rule.Part.named(parts));
            return rule;
        });
    }

    @Override
    public List<Rule> rules(String queue) {
        return table.call(t -> rulesOf(queue).map(RuleBook::list).orElse(List.of()));
    }

    @Override
    public Optional<Rule> rule(String queue, Rule.Target target, String name) {
        return table.call(t -> rulesOf(queue).map(rules -> rules.find(target, name)));
    }

    private Optional<RuleBook> rulesOf(String queue) {
        return Optional.ofNullable(table.queues.get(queue))
                .map(QueueLines::admission)
                .map(admission -> admission.rules);
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
