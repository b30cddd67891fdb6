package io.jobq.memory;

import io.jobq.spi.Claim;
import io.jobq.spi.Exchange;
import io.jobq.spi.Guard;
import io.jobq.spi.InsertResult;
import io.jobq.spi.JobStore;
import io.jobq.spi.NewJob;
import io.jobq.spi.RenewResult;
import io.jobq.spi.Report;
import io.jobq.spi.Settlement;
import io.jobq.spi.Signal;
import io.jobq.spi.Subscription;
import io.jobq.spi.SweepResult;
import io.jobq.spi.UniqueKey;
import io.jobq.spi.WorkerLease;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** The hot path; {@link ExchangeCall} is its longest part. */
final class MemoryJobStore implements JobStore {
    private final JobTable table;
    private final MemoryRegistry registry;

    MemoryJobStore(JobTable table, MemoryRegistry registry) {
        this.table = table;
        this.registry = registry;
    }

    @Override
    public List<InsertResult> insert(List<NewJob> jobs) {
        return table.call(t -> {
            List<InsertResult> results = new ArrayList<>(jobs.size());
            for (NewJob job : jobs) {
                results.add(insert(job));
            }
            return results;
        });
    }

    private InsertResult insert(NewJob job) {
        if (table.find(job.id()) != null) {
            return new InsertResult.Duplicate(job.id());
        }
        Guard guard = job.guard();
        if (guard != null && !registry.pass(job.queue(), guard)) {
            return new InsertResult.Outdated(job.id());
        }
        UniqueKey key = job.options().unique();
        UniqueKeys.Hold hold = table.keys.holder(job.queue(), key, table.now());
        if (key == null || hold == null) {
            table.insert(job.withGuard(null));
            return new InsertResult.Inserted(job.id());
        }
        Entry holder = table.find(hold.id());
        if (!key.replaces() || holder == null || !holder.isWaiting()) {
            return new InsertResult.Duplicate(hold.id());
        }
        table.replace(holder, job, hold.end());
        return new InsertResult.Replaced(job.id(), hold.id());
    }

    @Override
    public Exchange exchange(List<Settlement> done, Claim want) {
        return table.call(t -> new ExchangeCall(t, want).run(done));
    }

    @Override
    public List<RenewResult> renew(WorkerLease worker, List<Report> held) {
        return table.call(t -> {
            long until = t.after(worker.leaseTime());
            List<RenewResult> results = new ArrayList<>(held.size());
            for (Report report : held) {
                results.add(renew(report, until));
            }
            return results;
        });
    }

    private RenewResult renew(Report report, long until) {
        Entry entry = table.find(report.lease());
        if (entry == null || !entry.isHeldBy(report.lease().token())) {
            return RenewResult.LOST;
        }
        table.leases.prolong(entry, until);
        entry.hear(report.words());
        return entry.cancelReason == null ? RenewResult.HELD : RenewResult.CANCEL_REQUESTED;
    }

    @Override
    public SweepResult sweep(int limit) {
        return table.call(t -> {
            SweepResult result = new SweepResult(promote(limit), reclaim(limit), purge(limit));
            t.queues.values().forEach(queue -> t.admit(queue, limit));
            t.keys.purge(t.now(), limit);
            return result;
        });
    }

    private int promote(int limit) {
        int promoted = 0;
        for (QueueLines queue : table.queues.values()) {
            promoted += table.promote(queue, limit - promoted);
        }
        return promoted;
    }

    private int reclaim(int limit) {
        List<Entry> expired = table.leases.expired(table.now(), limit);
        for (Entry entry : expired) {
            entry.losses++;
            if (entry.cancelReason != null) {
                table.finish(entry, Place.CANCELLED, entry.cancelReason);
            } else {
                table.giveBack(entry);
            }
        }
        return expired.size();
    }

    private int purge(int limit) {
        long succeeded = table.before(table.retention.succeededAge());
        long dead = table.before(table.retention.deadAge());
        int purged = 0;
        for (QueueLines queue : table.queues.values()) {
            purged += purge(queue.line(Place.SUCCEEDED), succeeded, limit - purged);
            purged += purge(queue.line(Place.CANCELLED), succeeded, limit - purged);
            purged += purge(queue.line(Place.DEAD), dead, limit - purged);
        }
        return purged;
    }

    private int purge(Line line, long before, int limit) {
        int purged = 0;
        while (purged < limit) {
            Entry oldest = line.first();
            if (oldest == null || oldest.major > before) {
                break;
            }
            table.purge(oldest);
            purged++;
        }
        return purged;
    }

    @Override
    public Subscription listen(Set<Signal.Kind> kinds, Consumer<Signal> hint) {
        return table.call(t -> t.signals.add(kinds, hint));
    }
}
