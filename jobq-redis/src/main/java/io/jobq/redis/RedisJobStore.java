package io.jobq.redis;

import io.jobq.JobId;
import io.jobq.redis.InsertBatcher.Pending;
import io.jobq.spi.Claim;
import io.jobq.spi.Due;
import io.jobq.spi.Exchange;
import io.jobq.spi.InsertResult;
import io.jobq.spi.JobStore;
import io.jobq.spi.Lease;
import io.jobq.spi.NewJob;
import io.jobq.spi.OngoingExchange;
import io.jobq.spi.RenewResult;
import io.jobq.spi.Report;
import io.jobq.spi.Settlement;
import io.jobq.spi.Signal;
import io.jobq.spi.StorageException;
import io.jobq.spi.Subscription;
import io.jobq.spi.SweepResult;
import io.jobq.spi.WorkerLease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The hot path; {@link ExchangeCall} is its longest part. */
final class RedisJobStore implements JobStore {
    /** So many jobs are sent before the first of them must be stored: bounds what a huge batch holds in memory. */
    private static final int INSERT_WINDOW = 2_000;
    /** So many leases are renewed in one script, and those of one claim in any case. */
    private static final int RENEWED_AT_ONCE = 500;

    /** So many jobs of each kind and queue are swept in one script. */
    private static final int SWEPT_AT_ONCE = 1_000;

    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long LAST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Calls calls;
    private final Queues queues;
    private final RedisSignals signals;
    private final RedisRegistry registry;
    private final InsertBatcher batcher;
    private final Mover mover;
    private final long timeoutNanos;
    private final @Nullable OutageBuffer buffer;

    RedisJobStore(Calls calls, Queues queues, RedisSignals signals, RedisRegistry registry, RedisOptions options) {
        this.registry = registry;
        this.calls = calls;
        this.queues = queues;
        this.signals = signals;
        this.batcher = new InsertBatcher(calls);
        this.mover = new Mover(calls, queues);
        this.timeoutNanos = options.timeout().toNanos();
        this.buffer = options.outageBuffer() == 0 ? null : new OutageBuffer(this::insertOnce, options.outageBuffer());
    }

    @Override
    public List<InsertResult> insert(List<NewJob> jobs) {
        calls.link().requireOpen();
        // a guard is there to say that it is too late, which nobody could say later
        boolean guarded = jobs.stream().anyMatch(job -> job.guard() != null);
        return buffer == null || guarded ? insertPatiently(jobs) : buffer.insert(jobs);
    }

    private List<InsertResult> insertPatiently(List<NewJob> jobs) {
        List<InsertResult> results = new ArrayList<>(jobs.size());
        for (int from = 0; from < jobs.size(); from += INSERT_WINDOW) {
            insertPatiently(jobs.subList(from, Math.min(jobs.size(), from + INSERT_WINDOW)), results);
        }
        return results;
    }

    private void insertPatiently(List<NewJob> jobs, List<InsertResult> results) {
        long deadline = System.nanoTime() + timeoutNanos;
        for (long pause = FIRST_PAUSE_NANOS; ; pause = Math.min(2 * pause, LAST_PAUSE_NANOS)) {
            try {
                results.addAll(insertOnce(jobs));
                return;
            } catch (StorageException failed) {
                // storing is safe to repeat, so a broken connection or a failover need not reach the caller
                long left = deadline - System.nanoTime();
                boolean late = left <= 0 || Thread.currentThread().isInterrupted();
                if (late || !RedisLink.mayPass(failed.getCause())) {
                    throw failed;
                }
                LockSupport.parkNanos(this, Math.min(pause, left));
            }
        }
    }

    private List<InsertResult> insertOnce(List<NewJob> jobs) {
        List<Pending> pending = new ArrayList<>(jobs.size());
        for (NewJob job : jobs) {
            if (queues.register(job.queue())) {
                signals.appeared(job.queue());
            }
            pending.add(Pending.of(queues.of(job), job));
        }
        batcher.add(pending);
        jobs.stream()
                .filter(job -> Due.In.NOW.equals(job.options().due()))
                .map(NewJob::queue)
                .distinct()
                .forEach(signals::sent);
        List<InsertResult> results = new ArrayList<>(jobs.size());
        for (int i = 0; i < jobs.size(); i++) {
            JobId id = jobs.get(i).id();
            results.add(result(id, calls.link().await(pending.get(i).answer())));
        }
        return results;
    }

    private static InsertResult result(JobId id, String answer) {
        if (answer.isEmpty()) {
            return new InsertResult.Inserted(id);
        }
        if (answer.equals("?")) {
            return new InsertResult.Outdated(id);
        }
        return answer.startsWith("!")
                ? new InsertResult.Replaced(id, JobId.parse(answer.substring(1)))
                : new InsertResult.Duplicate(JobId.parse(answer));
    }

    /** How many jobs wait in this process for Redis to come back. */
    int buffered() {
        return buffer == null ? 0 : buffer.size();
    }

    /** Stores what is buffered, as long as that takes no longer than a call may. */
    void flush() {
        if (buffer != null) {
            buffer.flush(timeoutNanos);
        }
    }

    @Override
    public Exchange exchange(List<Settlement> done, Claim want) {
        return begin(done, want).answer();
    }

    @Override
    public OngoingExchange begin(List<Settlement> done, Claim want) {
        calls.link().requireOpen();
        return new ExchangeCall(calls, queues, signals, done, want).begin();
    }

    @Override
    public List<RenewResult> renew(WorkerLease worker, List<Report> held) {
        calls.link().requireOpen();
        RenewResult[] results = new RenewResult[held.size()];
        Map<QueueKeys, ByClaim> byQueue = new LinkedHashMap<>();
        for (int i = 0; i < held.size(); i++) {
            Lease lease = held.get(i).lease();
            byQueue.computeIfAbsent(queues.of(lease), none -> new ByClaim()).add(i, lease);
        }
        List<CompletableFuture<?>> answers = new ArrayList<>();
        byQueue.forEach((queue, leases) -> {
            for (ByClaim some : leases.parts(RENEWED_AT_ONCE)) {
                answers.add(renew(queue, worker, held, some, results));
            }
        });
        answers.forEach(calls.link()::await);
        return List.of(results);
    }

    private CompletableFuture<?> renew(
            QueueKeys queue, WorkerLease worker, List<Report> held, ByClaim leases, RenewResult[] results) {
        Args args = new Args().add(Dues.millis(worker.leaseTime()));
        leases.addTo(args);
        List<Integer> indexes = leases.indexes();
        for (int i = 0; i < indexes.size(); i++) {
            Report.Words words = held.get(indexes.get(i)).words();
            if (!Settlements.isSilent(words)) {
                Settlements.addWords(args.add(i + 1), words);
            }
        }
        return calls.send(Script.RENEW, queue, args).thenAccept(reply -> {
            for (int i = 0; i < indexes.size(); i++) {
                results[indexes.get(i)] = switch ((int) reply.number(i)) {
                    case 0 -> RenewResult.LOST;
                    case 1 -> RenewResult.HELD;
                    default -> RenewResult.CANCEL_REQUESTED;
                };
            }
        });
    }

    @Override
    public SweepResult sweep(int limit) {
        calls.link().requireOpen();
        Args args = new Args()
                .add(Math.min(limit, SWEPT_AT_ONCE))
                .add(micros(calls.retention().succeededAge()))
                .add(micros(calls.retention().deadAge()));
        registry.purge();
        queues.remember();
        Map<QueueKeys, CompletableFuture<Reply>> replies = new LinkedHashMap<>();
        queues.everywhere().forEach(queue -> replies.put(queue, calls.send(Script.SWEEP, queue, args)));
        SweepResult all = new SweepResult(0, 0, 0);
        Map<QueueKeys, Reply> unmoved = new LinkedHashMap<>();
        for (Map.Entry<QueueKeys, CompletableFuture<Reply>> each : replies.entrySet()) {
            Reply reply = calls.link().await(each.getValue());
            all = new SweepResult(
                    all.promoted() + (int) reply.number(0),
                    all.reclaimed() + (int) reply.number(1),
                    all.purged() + (int) reply.number(2));
            unmoved.put(each.getKey(), reply.list(3));
        }
        unmoved.forEach(this::endMoves);
        return all;
    }

    private void endMoves(QueueKeys queue, Reply ids) {
        for (int i = 0; i < ids.size(); i++) {
            mover.finish(queue, List.of(JobId.parse(ids.text(i))));
        }
    }

    private static long micros(Duration age) {
        return Math.min(Dues.millis(age), Long.MAX_VALUE / 1_000) * 1_000;
    }

    @Override
    public Subscription listen(Set<Signal.Kind> kinds, Consumer<Signal> hint) {
        calls.link().requireOpen();
        return signals.listen(kinds, hint);
    }
}
