package io.jobq.memory;

import io.jobq.spi.Claim;
import io.jobq.spi.Exchange;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.Exchange.SettleResult;
import io.jobq.spi.Lease;
import io.jobq.spi.RenewResult;
import io.jobq.spi.Report;
import io.jobq.spi.Settlement;
import io.jobq.spi.SweepResult;
import io.jobq.spi.WorkerLease;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What workers do to the table: settle, claim, renew, sweep. Guarded by the storage's lock. */
final class Exchanges {
    /** Bounds the work of one exchange; the rest is promoted by the next, which is due at once. */
    private static final int PROMOTE_LIMIT = 1_000;

    private final JobTable table;

    Exchanges(JobTable table) {
        this.table = table;
    }

    Exchange exchange(List<Settlement> done, Claim want, Instant now) {
        List<SettleResult> settled = new ArrayList<>(done.size());
        for (Settlement settlement : done) {
            settled.add(settle(settlement, now));
        }
        List<QueueLines> queues = new ArrayList<>(want.shares().size());
        for (Claim.Share share : want.shares()) {
            QueueLines queue = table.queue(share.queue());
            queues.add(queue);
            table.promote(queue, now, PROMOTE_LIMIT);
            if (!want.knows().isEmpty()) {
                unpark(queue, want.knows());
            }
        }
        List<Claimed> claimed = want.limit() > 0 ? claim(queues, want, now) : List.of();
        return new Exchange(settled, claimed, nextDue(queues, now), parked(queues));
    }

    private List<Claimed> claim(List<QueueLines> queues, Claim want, Instant now) {
        List<Claimed> claimed = new ArrayList<>(Math.min(want.limit(), 1_000));
        long expires = now.plus(want.worker().leaseTime()).toEpochMilli();
        for (int i = 0; i < queues.size(); i++) {
            int quota = Math.min(want.shares().get(i).quota(), want.limit() - claimed.size());
            claim(queues.get(i), quota, expires, now, claimed);
        }
        for (QueueLines queue : queues) {
            claim(queue, want.limit() - claimed.size(), expires, now, claimed);
        }
        return claimed;
    }

    private void claim(QueueLines queue, int count, long expires, Instant now, List<Claimed> claimed) {
        Line ready = queue.at(Place.READY);
        Entry first = ready.first();
        if (first == null || count <= 0) {
            return;
        }
        for (int i = 0; i < count && first != null; i++) {
            table.run(first, now, expires);
            claimed.add(new Claimed(new Lease(queue.name, first.job.id(), first.token), first.snapshot()));
            first = ready.first();
        }
    }

    private void unpark(QueueLines queue, Set<String> knows) {
        if (queue.parked.isEmpty()) {
            return;
        }
        List<Entry> known = new ArrayList<>();
        for (Entry entry : queue.at(Place.PARKED)) {
            if (knows.contains(entry.job.type())) {
                known.add(entry);
            }
        }
        for (Entry entry : known) {
            table.leave(entry);
            table.readyAgain(entry);
        }
    }

    private static @Nullable Duration nextDue(List<QueueLines> queues, Instant now) {
        Instant next = null;
        for (QueueLines queue : queues) {
            Entry first = queue.at(Place.SCHEDULED).first();
            if (first != null && (next == null || first.due.isBefore(next))) {
                next = first.due;
            }
        }
        if (next == null) {
            return null;
        }
        return next.isAfter(now) ? Duration.between(now, next) : Duration.ZERO;
    }

    private static Set<String> parked(List<QueueLines> queues) {
        Set<String> types = Set.of();
        for (QueueLines queue : queues) {
            if (!queue.parked.isEmpty()) {
                types = types.isEmpty() ? new HashSet<>() : types;
                types.addAll(queue.parked.keySet());
            }
        }
        return types;
    }

    private SettleResult settle(Settlement settlement, Instant now) {
        Lease lease = settlement.lease();
        Entry entry = table.byId.get(lease.job());
        if (entry == null) {
            return SettleResult.LOST;
        } else if (!entry.isHeldBy(lease.token())) {
            return entry.settledToken == lease.token() ? SettleResult.APPLIED : SettleResult.LOST;
        }
        entry.settledToken = lease.token();
        entry.hear(settlement.words());
        table.leave(entry);
        end(entry, settlement, now);
        return SettleResult.APPLIED;
    }

    private void end(Entry entry, Settlement settlement, Instant now) {
        if (settlement instanceof Settlement.Succeeded succeeded) {
            entry.result = succeeded.result();
            table.finish(entry, Place.SUCCEEDED, now, null);
        } else if (settlement instanceof Settlement.Discard discard) {
            if (discard.error() != null) {
                entry.failed(discard.error());
            }
            table.finish(entry, Place.DEAD, now, discard.reason());
        } else if (settlement instanceof Settlement.Cancel cancel) {
            table.finish(entry, Place.CANCELLED, now, cancel.reason());
        } else if (settlement instanceof Settlement.Retry retry) {
            entry.failed(retry.error());
            entry.attempt++;
            goOn(entry, now, () -> later(entry, retry.delay(), now));
        } else if (settlement instanceof Settlement.Snooze snooze) {
            entry.reason = snooze.reason();
            goOn(entry, now, () -> later(entry, snooze.delay(), now));
        } else if (settlement instanceof Settlement.Park) {
            goOn(entry, now, () -> table.park(entry));
        } else {
            goOn(entry, now, () -> table.readyAgain(entry));
        }
    }

    /** A job that is not done goes on, unless somebody asked for it to be cancelled while it ran. */
    private void goOn(Entry entry, Instant now, Runnable move) {
        if (entry.cancelReason != null) {
            table.finish(entry, Place.CANCELLED, now, entry.cancelReason);
        } else {
            move.run();
        }
    }

    private void later(Entry entry, Duration delay, Instant now) {
        long millis = new io.jobq.spi.Due.In(delay).toEpochMilli(now.toEpochMilli());
        if (millis <= now.toEpochMilli()) {
            entry.due = now;
            table.ready(entry);
        } else {
            table.schedule(entry, millis);
        }
    }

    List<RenewResult> renew(WorkerLease worker, List<Report> held, Instant now) {
        long expires = now.plus(worker.leaseTime()).toEpochMilli();
        List<RenewResult> results = new ArrayList<>(held.size());
        for (Report report : held) {
            Entry entry = table.byId.get(report.lease().job());
            if (entry == null || !entry.isHeldBy(report.lease().token())) {
                results.add(RenewResult.LOST);
                continue;
            }
            table.leases.hold(entry, expires);
            entry.hear(report.words());
            results.add(entry.cancelReason == null ? RenewResult.HELD : RenewResult.CANCEL_REQUESTED);
        }
        return results;
    }

    SweepResult sweep(int limit, Instant now) {
        int promoted = 0;
        for (QueueLines queue : table.queues.values()) {
            promoted += table.promote(queue, now, limit - promoted);
        }
        List<Entry> expired = table.leases.expired(now.toEpochMilli(), limit);
        for (Entry entry : expired) {
            entry.losses++;
            table.leave(entry);
            goOn(entry, now, () -> table.readyAgain(entry));
        }
        return new SweepResult(promoted, expired.size(), table.purge(now, limit));
    }
}
