package io.jobq.testkit;

import io.jobq.spi.Claim;
import io.jobq.spi.Exchange;
import io.jobq.spi.InsertResult;
import io.jobq.spi.JobAdmin;
import io.jobq.spi.JobStore;
import io.jobq.spi.NewJob;
import io.jobq.spi.OngoingExchange;
import io.jobq.spi.Registry;
import io.jobq.spi.RenewResult;
import io.jobq.spi.Report;
import io.jobq.spi.Settlement;
import io.jobq.spi.Signal;
import io.jobq.spi.Storage;
import io.jobq.spi.StorageException;
import io.jobq.spi.Subscription;
import io.jobq.spi.SweepResult;
import io.jobq.spi.WorkerLease;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A storage whose hot path goes wrong on demand, the way networks do: calls fail before they are made, or after they
 * took effect; they are late; they arrive twice; signals get lost. {@link #admin()} and {@link #registry()} work as ever. Thread-safe.
 */
public final class FaultyStorage implements Storage {
    /** What goes wrong with one call. */
    public enum Fault {
        /** Nothing. */
        NONE,
        /** The request is lost: nothing changes, and the caller gets a {@link StorageException}. */
        FAIL_BEFORE,
        /** The reply is lost: the call takes effect, and the caller gets a {@link StorageException}. */
        FAIL_AFTER,
        /** The call is made after {@link #delay(Duration)}. */
        DELAY,
        /** The request arrives twice; the caller gets the second reply. */
        REPEAT
    }

    /** Which call. */
    public enum Call {
        /** {@link JobStore#insert}. */
        INSERT,
        /** {@link JobStore#exchange}. */
        EXCHANGE,
        /** {@link JobStore#renew}. */
        RENEW,
        /** {@link JobStore#sweep}. */
        SWEEP
    }

    private final Storage storage;
    private final JobStore jobs;
    private final Queue<Fault> script = new ConcurrentLinkedQueue<>();
    private volatile Function<Call, Fault> rule = call -> Fault.NONE;
    private volatile Set<Signal.Kind> dropped = Set.of();
    private volatile Duration delay = Duration.ofMillis(50);
    private final AtomicLong faults = new AtomicLong();

    /** Decorates a storage, at first without faults; closing this closes it. */
    public FaultyStorage(Storage storage) {
        this.storage = storage;
        this.jobs = new FaultyJobs(storage.jobs());
    }

    /** The next calls, whichever they are, go wrong like this; then the rule counts again. */
    public void next(Fault... faults) {
        script.addAll(Arrays.asList(faults));
    }

    /** From now on each call asks this what goes wrong with it. It is called by many threads. */
    public void rule(Function<Call, Fault> newRule) {
        rule = newRule;
    }

    /** From now on calls go wrong at random, in a way that a seed repeats if the calls come in the same order. */
    public void random(long seed, int percent, Fault... possible) {
        Random random = new Random(seed);
        Fault[] choice = possible.clone();
        rule = call -> random.nextInt(100) < percent ? choice[random.nextInt(choice.length)] : Fault.NONE;
    }

    /** How late late calls are; 50 ms at first. */
    public void delay(Duration late) {
        delay = late;
    }

    /** From now on signals of these kinds get lost. */
    public void drop(Signal.Kind... kinds) {
        dropped = Set.of(kinds);
    }

    /** No more faults. */
    public void heal() {
        dropped = Set.of();
        script.clear();
        rule = call -> Fault.NONE;
    }

    /** How many calls have gone wrong so far. */
    public long faults() {
        return faults.get();
    }

    @Override
    public JobStore jobs() {
        return jobs;
    }

    @Override
    public JobAdmin admin() {
        return storage.admin();
    }

    @Override
    public Registry registry() {
        return storage.registry();
    }

    @Override
    public void close() {
        storage.close();
    }

    private interface Request<T> {
        T send();
    }

    private <T> T call(Call call, Request<T> request) {
        Fault scripted = script.poll();
        Fault fault = scripted != null ? scripted : rule.apply(call);
        if (fault != Fault.NONE) {
            faults.incrementAndGet();
        }
        switch (fault) {
            case FAIL_BEFORE -> throw new StorageException("the request of " + call + " was lost on purpose");
            case FAIL_AFTER -> {
                request.send();
                throw new StorageException("the reply to " + call + " was lost on purpose, after it took effect");
            }
            case DELAY -> pause();
            case REPEAT -> request.send();
            case NONE -> {}
        }
        return request.send();
    }

    /** Returns early when interrupted and keeps the interrupt for the caller, as a network client would. */
    private void pause() {
        long until = System.nanoTime() + delay.toNanos();
        for (long left = delay.toNanos(); left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(this, left);
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
        }
    }

    private final class FaultyJobs implements JobStore {
        private final JobStore sound;

        FaultyJobs(JobStore sound) {
            this.sound = sound;
        }

        @Override
        public List<InsertResult> insert(List<NewJob> added) {
            return call(Call.INSERT, () -> sound.insert(added));
        }

        @Override
        public Exchange exchange(List<Settlement> done, Claim want) {
            return call(Call.EXCHANGE, () -> sound.exchange(done, want));
        }

        @Override
        public OngoingExchange begin(List<Settlement> done, Claim want) {
            return new Remote(CompletableFuture.supplyAsync(() -> exchange(done, want), FaultyStorage::start));
        }

        @Override
        public List<RenewResult> renew(WorkerLease worker, List<Report> held) {
            return call(Call.RENEW, () -> sound.renew(worker, held));
        }

        @Override
        public SweepResult sweep(int limit) {
            return call(Call.SWEEP, () -> sound.sweep(limit));
        }

        @Override
        public Subscription listen(Set<Signal.Kind> kinds, Consumer<Signal> hint) {
            return sound.listen(kinds, signal -> {
                if (!dropped.contains(signal.kind())) {
                    hint.accept(signal);
                }
            });
        }
    }

    /** Not in the common pool: it has but one thread on two processors, and whoever waits in it would wait for ever. */
    static void start(Runnable task) {
        Thread thread = new Thread(task, "jobq-faulty-storage");
        thread.setDaemon(true);
        thread.start();
    }

    /** An exchange on another thread, as over a network, so that it matters what callers do meanwhile. */
    private record Remote(CompletableFuture<Exchange> reply) implements OngoingExchange {
        @Override
        public Exchange answer() {
            try {
                return reply.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StorageException("interrupted while waiting for the reply", e);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof RuntimeException failure) {
                    throw failure;
                }
                throw new StorageException("the storage broke", e);
            }
        }

        @Override
        public boolean isAnswered() {
            return reply.isDone();
        }

        @Override
        public void await() {
            try {
                reply.handle((exchange, failure) -> exchange).get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException e) {
                throw new AssertionError("failures are for answer()", e);
            }
        }
    }
}
