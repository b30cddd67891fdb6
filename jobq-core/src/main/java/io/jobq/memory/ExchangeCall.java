package io.jobq.memory;

import io.jobq.spi.Claim;
import io.jobq.spi.Exchange;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.Exchange.SettleResult;
import io.jobq.spi.Lease;
import io.jobq.spi.Settlement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One exchange: settle, promote, un-park, bring back what has room, claim. Used under the lock. */
final class ExchangeCall {
    /** Jobs promoted, or un-parked per type, in one call: a long line of them must not hold up everybody. */
    private static final int MOVED_AT_MOST = 1_000;

    private final JobTable table;
    private final Claim want;
    private final List<Claimed> claimed;
    private final long leaseEnd;

    ExchangeCall(JobTable table, Claim want) {
        this.table = table;
        this.want = want;
        this.claimed = new ArrayList<>(Math.max(0, Math.min(want.limit(), MOVED_AT_MOST)));
        this.leaseEnd = table.after(want.worker().leaseTime());
    }

    Exchange run(List<Settlement> done) {
        List<SettleResult> settled = new ArrayList<>(done.size());
        for (Settlement settlement : done) {
            settled.add(settle(settlement));
        }
        List<QueueLines> queues = queues();
        for (QueueLines queue : queues) {
            table.promote(queue, MOVED_AT_MOST);
            unpark(queue);
            table.admit(queue, want.limit());
        }
        claim();
        Map<String, Duration> drained = drained();
        return new Exchange(settled, claimed, nextDue(queues), parked(queues), drained);
    }

    private SettleResult settle(Settlement settlement) {
        Lease lease = settlement.lease();
        Entry entry = table.find(lease);
        if (entry == null) {
            return SettleResult.LOST;
        }
        if (!entry.isHeldBy(lease.token())) {
            return entry.settledToken == lease.token() ? SettleResult.APPLIED : SettleResult.LOST;
        }
        entry.settledToken = lease.token();
        entry.hear(settlement.words());
        if (!end(entry, settlement)) {
            goOn(entry, settlement);
        }
        return SettleResult.APPLIED;
    }

    private boolean end(Entry entry, Settlement settlement) {
        if (settlement instanceof Settlement.Succeeded succeeded) {
            entry.result = succeeded.result();
            table.finish(entry, Place.SUCCEEDED, null);
        } else if (settlement instanceof Settlement.Discard discard) {
            if (discard.error() != null) {
                entry.failed(discard.error());
            }
            table.finish(entry, Place.DEAD, discard.reason());
        } else if (settlement instanceof Settlement.Cancel cancel) {
            String asked = entry.cancelReason;
            table.finish(entry, Place.CANCELLED, asked != null ? asked : cancel.reason());
        } else {
            return false;
        }
        return true;
    }

    /** What leaves a job live; one that somebody asked to cancel ends here instead. */
    private void goOn(Entry entry, Settlement settlement) {
        if (settlement instanceof Settlement.Retry retry) {
            entry.failed(retry.error());
        }
        if (entry.cancelReason != null) {
            table.finish(entry, Place.CANCELLED, entry.cancelReason);
        } else if (settlement instanceof Settlement.Retry retry) {
            entry.attempt++;
            table.delay(entry, retry.delay());
        } else if (settlement instanceof Settlement.Snooze snooze) {
            entry.reason = snooze.reason();
            table.delay(entry, snooze.delay());
        } else {
            table.keys.unstarted(entry, table.now());
            if (settlement instanceof Settlement.Park) {
                table.park(entry);
            } else {
                table.giveBack(entry);
            }
        }
    }

    private List<QueueLines> queues() {
        List<QueueLines> queues = new ArrayList<>(want.shares().size());
        for (Claim.Share share : want.shares()) {
            QueueLines queue = table.queues.get(share.queue());
            if (queue != null) {
                queues.add(queue);
            }
        }
        return queues;
    }

    private void unpark(QueueLines queue) {
        if (!queue.hasParked()) {
            return;
        }
        for (String type : want.knows()) {
            for (int moved = 0; moved < MOVED_AT_MOST; moved++) {
                Entry entry = queue.firstParked(type);
                if (entry == null) {
                    break;
                }
                table.giveBack(entry);
            }
        }
    }

    private void claim() {
        for (Claim.Share share : want.shares()) {
            claim(share.queue(), (int) Math.min(want.limit(), (long) claimed.size() + share.quota()));
        }
        for (Claim.Share share : want.shares()) {
            claim(share.queue(), want.limit());
        }
    }

    /** Claims until so many are claimed in all. */
    private void claim(String name, int upTo) {
        QueueLines queue = claimed.size() < upTo ? table.queues.get(name) : null;
        while (queue != null && !queue.isPaused() && claimed.size() < upTo) {
            Entry entry = table.start(queue);
            if (entry == null) {
                return;
            }
            table.leases.hold(entry, leaseEnd);
            claimed.add(new Claimed(table.lease(entry), entry.snapshot()));
        }
    }

    private Map<String, Duration> drained() {
        Map<String, Duration> drained = new HashMap<>();
        boolean allGave = claimed.size() < want.limit();
        for (Claim.Share share : want.shares()) {
            QueueLines queue = table.queues.get(share.queue());
            if (queue == null) {
                drained.put(share.queue(), Exchange.NEVER);
            } else if (allGave || queue.line(Place.READY).isEmpty()) {
                Duration due = nextDue(List.of(queue));
                drained.put(share.queue(), due == null ? Exchange.NEVER : due);
            }
        }
        return drained;
    }

    private @Nullable Duration nextDue(List<QueueLines> queues) {
        long earliest = Long.MAX_VALUE;
        boolean any = false;
        for (QueueLines queue : queues) {
            Entry first = queue.line(Place.SCHEDULED).first();
            if (first != null) {
                any = true;
                earliest = Math.min(earliest, first.major);
            }
            Admission admission = queue.admission();
            if (admission != null && !queue.isPaused() && admission.nextDue() < Long.MAX_VALUE) {
                any = true;
                earliest = Math.min(earliest, admission.nextDue());
            }
        }
        return any ? Duration.ofMillis(Math.max(0, earliest - table.now())) : null;
    }

    private static Set<String> parked(List<QueueLines> queues) {
        Set<String> types = Set.of();
        for (QueueLines queue : queues) {
            if (queue.hasParked()) {
                types = types.isEmpty() ? new TreeSet<>() : types;
                queue.collectParkedTypes(types);
            }
        }
        return types;
    }
}
