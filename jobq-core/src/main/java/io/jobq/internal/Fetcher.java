package io.jobq.internal;

import io.jobq.WorkerOptions;
import io.jobq.spi.Claim;
import io.jobq.spi.Durations;
import io.jobq.spi.Exchange;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.Exchange.SettleResult;
import io.jobq.spi.JobStore;
import io.jobq.spi.OngoingExchange;
import io.jobq.spi.Settlement;
import io.jobq.spi.WorkerLease;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of a worker that talks to the storage about jobs: each round takes the settlements that have piled up
 * while the last round was under way, and as many new jobs as there are free slots. So at low load every settlement goes
 * at once, and under load one call carries hundreds; no timer is involved. As soon as a round is answered the next is
 * sent, and only then are the jobs of the first taken on, so that storage and worker are busy at the same time. With
 * nothing to do it sleeps until the next job is due, a signal comes, or a settlement is handed in.
 *
 * <p>When a call fails, its settlements are kept and sent again, which storages take without harm; jobs that the storage
 * handed out in a reply that never came are not renewed by anyone, and go back when their leases run out.
 */
final class Fetcher implements Runnable {
    /** Takes claimed jobs on, and is told what became of settlements. */
    interface Owner {
        /** How many jobs it can take on. */
        int free();

        /** Takes jobs on. */
        void start(List<Claimed> jobs);

        /** The storage took so long to answer. */
        void answered(long tookNanos);

        /** A settlement took effect, or came too late. */
        void settled(Done done, SettleResult result);
    }

    /**
     * A job and what to tell the storage about it.
     *
     * @param job what was claimed
     * @param attempt what ran; null when it was handed back without a run
     * @param settlement the end of it
     */
    record Done(Claimed job, @Nullable Attempt attempt, Settlement settlement) {}

    /**
     * A call to the storage.
     *
     * @param told what it settles
     * @param want what it claims
     * @param begun when, by {@link System#nanoTime()}
     * @param call the call itself
     */
    private record Round(List<Done> told, Claim want, long begun, OngoingExchange call) {
        int limit() {
            return want.limit();
        }
    }

    private static final Logger log = LoggerFactory.getLogger(Fetcher.class);
    private static final long MIN_BACKOFF = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long MAX_BACKOFF = TimeUnit.SECONDS.toNanos(1);

    private final JobStore store;
    private final Owner owner;
    private final WorkerLease worker;
    private final Set<String> knownTypes;
    private final long fallbackNanos;
    private final QueueShares shares;

    private final Queue<Done> outbox = new ConcurrentLinkedQueue<>();
    private volatile @Nullable Thread thread;
    private volatile boolean parked;
    private volatile boolean hinted = true;
    /** Queues to ask again. */
    private final Set<String> hints = ConcurrentHashMap.newKeySet();

    private volatile boolean quiet;
    private volatile boolean busy;
    private volatile boolean finish;
    private volatile int failures;
    private final AtomicInteger unsettled = new AtomicInteger();

    // of the fetcher's thread alone
    private int failed;
    private List<Done> unsent = new ArrayList<>();
    private Set<String> unpark = Set.of();
    private boolean more;
    private long wakeAt = System.nanoTime();

    Fetcher(JobStore store, Owner owner, WorkerLease worker, WorkerOptions options, Set<String> knownTypes) {
        this.store = store;
        this.owner = owner;
        this.worker = worker;
        this.knownTypes = knownTypes;
        this.fallbackNanos = Durations.nanos(options.fallbackPoll());
        this.shares = new QueueShares(options.queues(), options.queuesInOrder(), fallbackNanos);
    }

    /** Hands in the end of a job. */
    void settle(Done done) {
        outbox.add(done);
        wake();
    }

    /** A queue may have something to give; others are left alone until it is their time. */
    void hint(String queue) {
        hints.add(queue);
        hint();
    }

    /** There may be something to claim, from any queue: what was said about them may have been lost. */
    void hintAll() {
        shares.doubt();
        hint();
    }

    /** There may be room for more. */
    void hint() {
        hinted = true;
        wake();
    }

    private void wake() {
        if (parked) {
            LockSupport.unpark(thread);
        }
    }

    /** Claims no more. */
    void quiet() {
        quiet = true;
        wake();
    }

    /** Ends the thread as soon as everything handed in is settled. */
    void finish() {
        quiet = true;
        finish = true;
        LockSupport.unpark(thread);
    }

    /** Whether a claim is under way whose jobs are not taken on yet. */
    boolean isBusy() {
        return busy;
    }

    /** Whether everything handed in is settled. */
    boolean isDrained() {
        return outbox.isEmpty() && unsettled.get() == 0;
    }

    /** How many calls in a row the storage has failed to answer. */
    int failures() {
        return failures;
    }

    @Override
    public void run() {
        thread = Thread.currentThread();
        while (!Thread.currentThread().isInterrupted()) {
            if (failures > 0) {
                LockSupport.parkNanos(this, backoff(failures));
            }
            if (hasWork(0)) {
                exchange();
            } else if (finish) {
                return;
            } else {
                park();
            }
        }
    }

    /** Whether there is something to tell or to ask the storage, while so many slots are spoken for. */
    private boolean hasWork(int reserved) {
        return !unsent.isEmpty() || !outbox.isEmpty() || (limit(reserved) > 0 && worthClaiming());
    }

    private int limit(int reserved) {
        return quiet ? 0 : Math.max(0, owner.free() - reserved);
    }

    private boolean worthClaiming() {
        return more || hinted || wakeAt - System.nanoTime() <= 0;
    }

    private void park() {
        parked = true;
        if (!hasWork(0) && !finish) {
            long wait = limit(0) > 0 ? wakeAt - System.nanoTime() : fallbackNanos;
            LockSupport.parkNanos(this, wait);
        }
        parked = false;
    }

    /** How long to wait after so many failures in a row. */
    static long backoff(int failures) {
        return Math.min(MAX_BACKOFF, MIN_BACKOFF << Math.min(failures - 1, 20));
    }

    /** One round, and more while there is work and the storage takes its time. Returns how many jobs were taken on. */
    int exchange() {
        busy = true; // before quiet is read, see isBusy()
        try {
            int taken = 0;
            @Nullable Round round = begin(0);
            while (round != null) {
                @Nullable Round next = overlapping(round);
                taken += complete(round);
                round = next;
            }
            return taken;
        } finally {
            busy = false;
        }
    }

    /** Rounds that ask every queue first, for callers that hear no hints. */
    int exchangeWithAll() {
        shares.doubt();
        return exchange();
    }

    /** Waits for the answer, and sends the next round before anyone looks at it. */
    private @Nullable Round overlapping(Round round) {
        if (round.call.isAnswered()) {
            return null;
        }
        round.call.await();
        boolean worthwhile = owner.free() - round.limit() >= round.limit() / 2; // a call has its price, so no crumbs
        return worthwhile && failures == 0 && hasWork(round.limit()) ? begin(round.limit()) : null;
    }

    private Round begin(int reserved) {
        for (Done done = outbox.peek(); done != null; done = outbox.peek()) {
            unsent.add(done);
            shares.wake(done.job().lease().queue()); // its end may make room for others, or bring it back
            unsettled.incrementAndGet(); // before it leaves the outbox, so that it is always seen in one of the two
            outbox.remove();
        }
        List<Done> told = unsent;
        unsent = new ArrayList<>();
        int limit = limit(reserved);
        if (limit > 0) {
            hinted = false; // before the call: what is hinted during the call may not be in its reply
            hints.removeIf(shares::wake);
        }
        long now = System.nanoTime();
        List<Claim.Share> asked = limit > 0 ? shares.divide(limit, now) : List.of();
        Claim want = new Claim(worker, asked, asked.isEmpty() ? 0 : limit, unpark);
        if (limit > 0) {
            wakeAt = shares.wakeAt();
        }
        return new Round(told, want, now, begin(settlements(told), want));
    }

    private OngoingExchange begin(List<Settlement> settlements, Claim want) {
        try {
            return store.begin(settlements, want);
        } catch (RuntimeException failed) {
            return () -> {
                throw failed;
            };
        }
    }

    private int complete(Round round) {
        Exchange reply;
        try {
            reply = round.call.answer();
        } catch (RuntimeException unanswered) {
            unsent.addAll(0, round.told);
            failures = ++failed;
            hinted = true;
            shares.keep(round.want.shares());
            log.warn(
                    "worker {}: the storage failed {} times in a row; {} settlements are kept and sent again",
                    worker.worker(),
                    failures,
                    unsent.size(),
                    unanswered);
            return 0;
        }
        failed = 0;
        failures = 0;
        owner.answered(System.nanoTime() - round.begun);
        answer(round.told, reply.settled());
        takeOn(reply, round.want);
        return reply.claimed().size();
    }

    private static List<Settlement> settlements(List<Done> told) {
        List<Settlement> settlements = new ArrayList<>(told.size());
        for (Done done : told) {
            settlements.add(done.settlement());
        }
        return settlements;
    }

    private void answer(List<Done> told, List<SettleResult> results) {
        for (int i = 0; i < told.size(); i++) {
            owner.settled(told.get(i), results.get(i));
        }
        unsettled.addAndGet(-told.size());
    }

    private void takeOn(Exchange reply, Claim want) {
        shares.charge(reply.claimed());
        owner.start(reply.claimed());
        if (want.limit() > 0) { // else nothing was asked
            Set<String> told = unpark;
            unpark = reply.parked().isEmpty() ? Set.of() : known(reply.parked());
            if (told.containsAll(unpark)) {
                shares.rest(want, reply, System.nanoTime());
            } else {
                shares.keep(want.shares()); // some of them have the parked jobs
            }
            more = shares.isAnyAwake();
            wakeAt = shares.wakeAt();
        }
    }

    private Set<String> known(Set<String> parked) {
        Set<String> known = new HashSet<>(parked);
        known.retainAll(knownTypes);
        return known;
    }
}
