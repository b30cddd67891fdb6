package io.jobq.internal;

import io.jobq.JobQ;
import io.jobq.JobSnapshot;
import io.jobq.Worker;
import io.jobq.WorkerInfo;
import io.jobq.WorkerOptions;
import io.jobq.metrics.JobMetrics;
import io.jobq.operations.WorkerOrder;
import io.jobq.spi.Durations;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.Exchange.SettleResult;
import io.jobq.spi.Report;
import io.jobq.spi.Settlement;
import io.jobq.spi.Signal;
import io.jobq.spi.Storage;
import io.jobq.spi.StorageException;
import io.jobq.spi.Subscription;
import io.jobq.spi.WorkerLease;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker: its fetcher claims, its slots run, its lease keeper holds. This class ties the three together and owns the
 * life cycle: new → running → quiet → stopped.
 */
final class WorkerRuntime implements Worker, Fetcher.Owner {
    private static final Logger log = LoggerFactory.getLogger(WorkerRuntime.class);
    /** How long stopping waits for the storage to take the last settlements. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    private static final Set<Signal.Kind> HEEDED =
            Set.of(Signal.Kind.READY, Signal.Kind.CANCEL_REQUESTED, Signal.Kind.RESUMED);

    private final JobQ jobq;
    private final Storage storage;
    private final JobExecutor executor;
    private final TypeRegistry types;
    private final @Nullable JobMetrics metrics;
    private final Listeners listeners;
    private final WorkerOptions options;

    private final String id;
    private final Instant started = Instant.now();
    private final long madeNanos = System.nanoTime();
    /** When waiting for running jobs ends, in nanoseconds since it was made: the shortest time that it was given. */
    private final AtomicLong stopAt = new AtomicLong(Long.MAX_VALUE);

    private final Object quietening = new Object();
    private final HeldAttempts held = new HeldAttempts();
    private final Set<String> unknownTypes = ConcurrentHashMap.newKeySet();
    private final Slots<Attempt> slots;
    private final Pace pace = new Pace();
    private final Fetcher fetcher;
    private final AtomicLong settledCount = new AtomicLong();
    private final LeaseKeeper keeper;
    private final Scaler scaler;
    private final ScheduledExecutorService ticker;
    private final Queue<Attempt> byHand = new ArrayDeque<>();

    private volatile WorkerInfo.State state = WorkerInfo.State.NEW;
    private volatile int wanted;
    /** Jobs that were claimed ahead are on their way back, so no more are. */
    private volatile boolean stalled;
    /** Whatever is claimed from now on goes back. */
    private volatile boolean givingUp;

    private volatile long tickedNanos;
    private @Nullable Thread fetching;
    private @Nullable Subscription subscription;

    WorkerRuntime(Engine engine, WorkerOptions options) {
        this.jobq = engine.jobq();
        this.storage = engine.storage();
        this.executor = engine.executor();
        this.types = engine.types();
        this.metrics = engine.metrics();
        this.listeners = engine.listeners();
        this.options = options;
        this.id = options.name() + "-" + UUID.randomUUID().toString().substring(0, 8);
        this.wanted = options.concurrency();
        WorkerLease lease = new WorkerLease(id, options.leaseTime());
        this.slots = new Slots<>(options.name(), options.concurrency(), this::run);
        this.fetcher = new Fetcher(storage.jobs(), this, lease, options, types.names());
        this.keeper = new LeaseKeeper(storage, lease, held.all(), this::info, this::obey);
        this.scaler = new Scaler(id, storage, options, slots, this::concurrency);
        this.ticker = Executors.newSingleThreadScheduledExecutor(task -> Threads.daemon("jobq-keeper-" + id, task));
    }

    @Override
    public String id() {
        return id;
    }

    /** Begins to hear of jobs, which fails if the storage is away and may be repeated. */
    synchronized void listen() {
        if (subscription == null) {
            subscription = storage.jobs().listen(HEEDED, this::heed);
        }
    }

    synchronized void start() {
        if (state != WorkerInfo.State.NEW) {
            throw new IllegalStateException("worker " + id + " is " + state + " and can't be started");
        }
        listen();
        state = WorkerInfo.State.RUNNING;
        tickedNanos = System.nanoTime();
        Thread thread = Threads.daemon("jobq-fetcher-" + id, fetcher);
        fetching = thread;
        thread.start();
        long interval = keeper.interval().toNanos();
        ticker.scheduleWithFixedDelay(this::tick, 0, interval, TimeUnit.NANOSECONDS);
        log.info("worker {} runs: {} slots, queues {}, types {}", id, slots.total(), options.queues(), types.names());
    }

    private void heed(Signal signal) {
        if (signal.kind() == Signal.Kind.CANCEL_REQUESTED) {
            held.cancel(signal.jobs(), System.nanoTime());
        } else if (signal.kind() == Signal.Kind.RESUMED) {
            keeper.doubtAll();
            fetcher.hintAll();
        } else if (options.queues().containsKey(signal.queue())) {
            fetcher.hint(signal.queue());
        }
    }

    void tick() {
        tickedNanos = System.nanoTime();
        held.forget(tickedNanos);
        keeper.tick();
        slots.withdrawStalled().forEach(this::handBack);
        for (Attempt attempt : held.all()) {
            if (attempt.hasIgnoredStopFor(options.interruptGrace())) {
                giveUp(attempt);
            }
        }
        scaler.tick(tickedNanos);
    }

    // ---- claimed jobs

    @Override
    public int free() {
        int ahead = stalled || state == WorkerInfo.State.NEW ? 0 : pace.ahead(slots.total());
        return Math.max(0, slots.total() + ahead - slots.taken());
    }

    @Override
    public void start(List<Claimed> jobs) {
        for (Claimed job : jobs) {
            start(job);
        }
        slots.wake();
    }

    private void start(Claimed job) {
        Settlement refusal = refuse(job);
        TypeDefinition type = types.find(job.job().type());
        executor.failures().refused(job.job(), refusal);
        if (refusal != null || type == null) {
            fetcher.settle(new Fetcher.Done(
                    job, null, refusal != null ? refusal : new Settlement.Park(job.lease(), Report.NOTHING)));
            return;
        }
        Attempt attempt = executor.attempt(job, type, jobq);
        held.add(attempt);
        if (givingUp) { // read after it is held: whoever gives up looks there after that
            attempt.stop(Attempt.Stop.SHUTDOWN);
        }
        measure(known -> known.claimed(job.job()));
        if (state == WorkerInfo.State.NEW) {
            byHand.add(attempt);
        } else {
            slots.enter(attempt);
        }
    }

    /** What needs no handler to be decided. */
    private @Nullable Settlement refuse(Claimed claimed) {
        JobSnapshot job = claimed.job();
        TypeDefinition type = types.find(job.type());
        Instant expires = job.job().options().expiresAt();
        Instant now = job.times().started();
        boolean untried = job.errors().isEmpty() && job.losses() == 0;
        if (expires != null && now != null && untried && !now.isBefore(expires)) {
            return new Settlement.Cancel(claimed.lease(), Report.NOTHING, "expired at " + expires);
        } else if (type == null) {
            if (unknownTypes.add(job.type())) {
                log.warn("no handler for type '{}' in this worker; its jobs wait for one that has it", job.type());
            }
            return null;
        } else if (job.losses() >= options.maxLosses()) {
            return new Settlement.Discard(
                    claimed.lease(),
                    Report.NOTHING,
                    null,
                    "poison pill: its worker died or hung " + job.losses() + " times while running it");
        } else if (job.job().payload().version() > type.options().version()) {
            return new Settlement.Snooze(
                    claimed.lease(),
                    Report.NOTHING,
                    Duration.ofSeconds(10),
                    "payload of version " + job.job().payload().version() + " waits for a worker that takes it");
        }
        return null;
    }

    private void run(Attempt attempt) {
        boolean isWanted = attempt.stopped() == null; // it may have waited for its slot
        Settlement settlement = isWanted ? executor.run(attempt, id) : executor.giveUp(attempt, id);
        if (settlement != null) {
            slots.leave();
            fetcher.settle(new Fetcher.Done(attempt.claimed(), attempt, settlement));
        } else {
            log.info("{} came back after it was given up; its end is ignored", attempt);
            attempt.onReturn();
        }
    }

    /** Lets others run what was claimed ahead, since the slots are busy for longer than was thought. */
    private void handBack(Attempt attempt) {
        if (attempt.trySettle()) {
            stalled = true; // before the release is sent, or the same call would claim the job again
            Settlement release = new Settlement.Release(attempt.lease(), Report.NOTHING);
            fetcher.settle(new Fetcher.Done(attempt.claimed(), attempt, release));
        }
    }

    /** Settles an attempt in its handler's stead, and frees its slot if that can be done. */
    private void giveUp(Attempt attempt) {
        Settlement settlement = executor.giveUp(attempt, id);
        if (settlement == null) {
            return;
        }
        boolean freed = slots.abandon();
        log.warn(
                "{} has ignored its interruption for {}; it is abandoned{}",
                attempt,
                options.interruptGrace(),
                freed ? "" : ", and its slot stays closed since there are as many abandoned handlers as slots");
        attempt.whenReturned(() -> {
            if (freed) {
                slots.comeBack();
            } else {
                slots.leave();
                fetcher.hint();
            }
        });
        fetcher.settle(new Fetcher.Done(attempt.claimed(), attempt, settlement));
    }

    @Override
    public void answered(long tookNanos) {
        pace.answered(tookNanos);
    }

    @Override
    public void settled(Fetcher.Done done, SettleResult result) {
        held.remove(done.job().lease());
        if (done.attempt() != null) {
            long ran = done.attempt().ranNanos();
            pace.ended(ran);
            stalled &= ran >= 0; // from now on the pace knows
        }
        if (result == SettleResult.APPLIED) {
            settledCount.lazySet(settledCount.getPlain() + 1); // only the fetcher's thread counts
        }
        measure(known -> known.settled(done.job().job(), done.settlement(), result));
        if (result == SettleResult.LOST && done.attempt() != null) {
            log.warn("{}: its end came too late, the lease was lost", done.attempt());
            listeners.lost(done.attempt());
        }
    }

    /** A meter registry is the user's, and must not stop the fetcher. */
    private void measure(Consumer<JobMetrics> what) {
        if (metrics != null) {
            try {
                what.accept(metrics);
            } catch (RuntimeException ofTheRegistry) {
                log.warn("the meter registry threw; the job goes on", ofTheRegistry);
            }
        }
    }

    // ---- levers

    /** The attempts it holds, a view. */
    Collection<Attempt> held() {
        return held.all();
    }

    Duration shutdownTimeout() {
        return options.shutdownTimeout();
    }

    @Override
    public WorkerInfo info() {
        return new WorkerInfo(
                id,
                options.name(),
                Host.NAME,
                ProcessHandle.current().pid(),
                Host.VERSION,
                state,
                options.queues(),
                new WorkerInfo.Slots(slots.total(), slots.used(), wanted, slots.abandoned()),
                held.all().stream()
                        .limit(100)
                        .map(each -> new WorkerInfo.Running(each.id(), each.type(), each.attempt()))
                        .toList(),
                settledCount.get(),
                started,
                Instant.now());
    }

    /** How many calls in a row the storage has failed to answer. */
    int failures() {
        return fetcher.failures();
    }

    /** Whether the lease keeper has run lately enough that no lease can have run out. */
    boolean isKeeping() {
        return System.nanoTime() - tickedNanos < Durations.nanos(options.leaseTime());
    }

    boolean isFetching() {
        Thread thread = fetching;
        return thread != null && thread.isAlive();
    }

    @Override
    public void concurrency(int number) {
        WorkerOptions checked = options.withConcurrency(number);
        wanted = checked.concurrency();
        slots.resize(checked.concurrency());
        fetcher.hint();
    }

    /** Stopping waits for handlers, and the thread that takes orders must keep their leases meanwhile. */
    private void obey(WorkerOrder order) {
        log.info("worker {} is told from outside: {}", id, order);
        Integer slotsWanted = order.concurrency();
        Duration patience = order.stop();
        if (slotsWanted != null) {
            concurrency(slotsWanted);
        }
        if (patience != null) {
            Threads.daemon("jobq-stop-" + id, () -> stop(patience)).start();
        } else if (order.quiet()) {
            quiet();
        }
    }

    @Override
    public void quiet() {
        synchronized (quietening) { // never behind a stop that waits for its jobs
            if (state == WorkerInfo.State.RUNNING) {
                state = WorkerInfo.State.QUIET;
                fetcher.quiet();
            }
        }
    }

    @Override
    public boolean stop(Duration timeout) {
        long end = age() + Durations.nanos(timeout);
        stopAt.accumulateAndGet(end < 0 ? Long.MAX_VALUE : end, Math::min);
        quiet();
        return stop();
    }

    private synchronized boolean stop() {
        if (state == WorkerInfo.State.NEW || state == WorkerInfo.State.STOPPED) {
            state = WorkerInfo.State.STOPPED;
            ticker.shutdownNow();
            return true;
        }
        boolean ended = awaitIdle(stopAt::get);
        if (!ended) {
            givingUp = true;
            held.all().forEach(attempt -> attempt.stop(Attempt.Stop.SHUTDOWN));
            slots.withdraw().forEach(this::handBack);
            long end = age() + Durations.nanos(options.interruptGrace());
            ended = awaitIdle(() -> end);
            held.all().forEach(this::giveUp);
        }
        fetcher.finish();
        join(fetching);
        state = WorkerInfo.State.STOPPED;
        endTicking();
        if (subscription != null) {
            subscription.close();
        }
        slots.close();
        keeper.signOff();
        return tellEnd(ended && slots.abandoned() == 0);
    }

    private boolean tellEnd(boolean ended) {
        int untold = held.all().size();
        if (untold > 0) {
            log.warn(
                    "worker {} stops before the storage knows the end of {} jobs; they run again when their leases"
                            + " end, {} s from now at the latest",
                    id,
                    untold,
                    options.leaseTime().toSeconds());
        }
        log.info("worker {} has stopped: {} jobs settled", id, settledCount.get());
        return ended;
    }

    /** A tick that is under way would put the worker on the list again after it has signed off. */
    private void endTicking() {
        ticker.shutdownNow();
        try {
            if (!ticker.awaitTermination(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)) {
                log.debug("worker {} has stopped while its keeper waits for the storage", id);
            }
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }

    private long age() {
        return System.nanoTime() - madeNanos;
    }

    private boolean awaitIdle(LongSupplier endsAt) {
        while (fetcher.isBusy() || !held.isEmpty() || !fetcher.isDrained()) { // in this order: a claim ends in held
            long left = endsAt.getAsLong() - age();
            if (left <= 0 || Thread.currentThread().isInterrupted()) {
                return false;
            }
            java.util.concurrent.locks.LockSupport.parkNanos(this, Math.min(left, TimeUnit.MILLISECONDS.toNanos(2)));
        }
        return true;
    }

    private static void join(@Nullable Thread thread) {
        if (thread == null) {
            return;
        }
        try {
            thread.join(LAST_WORDS.toMillis());
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
        thread.interrupt();
    }

    @Override
    public synchronized int runPending() {
        if (state != WorkerInfo.State.NEW) {
            throw new IllegalStateException(
                    "worker " + id + " is " + state + "; runPending() is for one that is not started");
        }
        int attempts = 0;
        while (fetcher.exchangeWithAll() > 0 || !fetcher.isDrained()) {
            for (Attempt attempt = byHand.poll(); attempt != null; attempt = byHand.poll()) {
                attempts++;
                Settlement settlement = executor.run(attempt, id);
                if (settlement != null) {
                    fetcher.settle(new Fetcher.Done(attempt.claimed(), attempt, settlement));
                }
            }
            if (fetcher.failures() > 0) {
                throw new StorageException("the storage does not answer; call again to settle what has run");
            }
        }
        return attempts;
    }
}
