package io.jobq.spi;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The hot path of a storage. Each call takes and returns whole batches, is atomic per job, and may be repeated after a
 * time-out without harm. A batch costs one round trip; enqueue, claim and settle are O(log n) per job or better in the
 * backlog. The storage's own clock decides what is due or expired.
 */
public interface JobStore {
    /**
     * Stores jobs; once this returns they survive whatever the storage promises to survive. A job whose id is already
     * stored in its queue is left alone and answered as a duplicate, and so is one whose {@linkplain UniqueKey unique key}
     * another job holds there, unless it replaces that.
     * Whether an id that is stored in another queue is a duplicate too is the storage's choice: queues may lie on
     * different machines.
     *
     * @return one result per job, in order
     */
    List<InsertResult> insert(List<NewJob> jobs);

    /**
     * One round trip: applies settlements, promotes due jobs, and claims up to {@code want.limit()} ready ones. Claimed
     * jobs are {@code RUNNING} under leases whose tokens are greater than any handed out before for the same job.
     * Settlements are applied before jobs are claimed: those of one job in their order, those of different jobs in any. A
     * claim whose reply is lost costs nothing but time: the worker does not renew what it does not know, so those leases run
     * out.
     */
    Exchange exchange(List<Settlement> done, Claim want);

    /**
     * Begins an {@link #exchange} without waiting for its answer, so that the caller can begin the next, or use an earlier
     * answer, meanwhile. For storages at the other end of a network; others do it when they are asked for the answer.
     */
    default OngoingExchange begin(List<Settlement> done, Claim want) {
        return () -> exchange(done, want);
    }

    /**
     * Prolongs the leases of one worker by {@code leaseTime} from now, and stores what their handlers have reported
     * since.
     *
     * @return one answer per report, in order
     */
    List<RenewResult> renew(WorkerLease worker, List<Report> held);

    /**
     * Does the housekeeping that no claim triggers, at most {@code limit} jobs of each kind and queue: due jobs become ready,
     * jobs with expired leases become ready again (their loss is counted), and what is past retention is deleted. Any
     * worker may call it at any time; there is no leader.
     */
    SweepResult sweep(int limit);

    /**
     * Asks for hints of some kinds about changes made by anyone. Losing one costs latency only: callers keep a slow fallback. A
     * storage that hears of changes over something that breaks says {@link Signal.Kind#RESUMED} when that is back. The
     * consumer is called on the storage's threads, or on those of the caller that made the change, and must be quick.
     */
    Subscription listen(Set<Signal.Kind> kinds, Consumer<Signal> hint);
}
