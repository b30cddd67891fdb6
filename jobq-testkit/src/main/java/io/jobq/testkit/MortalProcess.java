package io.jobq.testkit;

import io.jobq.JobContext;
import io.jobq.JobQ;
import io.jobq.Outcome;
import io.jobq.RetryPolicy;
import io.jobq.WorkerOptions;
import io.jobq.idempotency.Idempotency;
import io.jobq.idempotency.IdempotencyStore;
import io.jobq.idempotency.IdempotencyStore.Run;
import io.jobq.spi.Payload;
import io.jobq.spi.StorageException;
import io.jobq.testkit.FaultyStorage.Call;
import io.jobq.testkit.FaultyStorage.Fault;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A worker process that can die at any instant without ending the JVM: from then on nothing it does reaches the storage,
 * the store, or the world, and no answer reaches it, which is all that others can see of a death. While it lives, the
 * network loses some of its requests and replies, and its handlers crash.
 */
final class MortalProcess {
    static final String TYPE = "effect";
    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final Duration HANG = Duration.ofSeconds(20);

    private final IdempotencyStorm.Peer peer;
    private final FaultyStorage storage;
    private final EffectLedger ledger;
    private final Random random;
    private final JobQ jobq;
    private final Set<Run> hanging = ConcurrentHashMap.newKeySet();
    private volatile boolean dead;
    private @Nullable CompletableFuture<Void> buried;

    MortalProcess(IdempotencyStorm.Peer peer, EffectLedger ledger, long seed) {
        this.peer = peer;
        this.ledger = ledger;
        this.random = new Random(seed);
        this.storage = new FaultyStorage(peer.storage());
        storage.random(seed, 2, Fault.FAIL_BEFORE, Fault.FAIL_AFTER, Fault.REPEAT);
        Duration patience = random.nextBoolean() ? Duration.ofMillis(50) : Duration.ZERO;
        this.jobq = JobQ.builder()
                .storage(storage)
                .compute(TYPE, Integer.class, this::perform)
                .interceptor(Idempotency.of(new Network())
                        .waitWhileInFlight(patience)
                        .snoozeWhileInFlight(Duration.ofMillis(20)))
                .retry(RetryPolicy.fixed(Duration.ofMillis(5)).maxAttempts(100_000))
                .worker(WorkerOptions.DEFAULT
                        .withConcurrency(8)
                        .withLeaseTime(LEASE)
                        .withMaxLosses(100_000)
                        .withShutdownTimeout(Duration.ZERO)
                        .withInterruptGrace(Duration.ZERO)
                        .withFallbackPoll(Duration.ofMillis(100)))
                .closeOnShutdown(false)
                .build();
        jobq.start();
    }

    boolean isDead() {
        return dead;
    }

    /** Whether it should rather live, so that a run comes back that others have overtaken. */
    boolean isHanging() {
        return !dead && !hanging.isEmpty();
    }

    /** Dies now; its threads are cleared away in the background. */
    synchronized void die() {
        if (!dead) {
            dead = true;
            storage.rule(call -> Fault.FAIL_BEFORE);
            buried = CompletableFuture.runAsync(this::bury, FaultyStorage::start);
        }
    }

    private void bury() {
        jobq.close();
        peer.close().run();
    }

    /** Waits until nothing of a dead process is left. */
    void awaitEnd() {
        CompletableFuture<Void> end;
        synchronized (this) {
            end = buried;
        }
        if (end != null) {
            end.join();
        }
    }

    private Object perform(Integer key, JobContext job) {
        Run run = new Run(job.id(), job.fencingToken());
        int dice = random.nextInt(1_000);
        work();
        if (dice < 80) {
            throw new IllegalStateException("crash before the effect, on purpose");
        } else if (dice < 120) {
            return Outcome.snooze(Duration.ofMillis(5), "not now, on purpose");
        } else if (dice < 124) {
            hang(run);
        }
        int effect = act(key, run);
        if (dice >= 124 && dice < 160) {
            ledger.crash(run);
            throw new IllegalStateException("crash after the effect, on purpose");
        } else if (dice >= 160 && dice < 170 && !isHanging()) {
            die();
        }
        work();
        return effect;
    }

    private void work() {
        LockSupport.parkNanos(random.nextInt(2_000_000));
    }

    /** The effect, which no dead process can have; one that dies at that moment may have had it or not. */
    private synchronized int act(int key, Run run) {
        if (dead) {
            throw new IllegalStateException("a dead process");
        }
        return ledger.add(key, run, this);
    }

    /** No lease is renewed until another run has taken over; then all goes on as if nothing had happened. */
    private void hang(Run run) {
        hanging.add(run);
        storage.rule(call -> dead || call == Call.RENEW ? Fault.FAIL_BEFORE : Fault.NONE);
        long end = System.nanoTime() + HANG.toNanos();
        while (System.nanoTime() < end && !dead && !ledger.isOvertaken(run)) {
            LockSupport.parkNanos(10_000_000);
        }
        storage.rule(call -> dead ? Fault.FAIL_BEFORE : Fault.NONE);
    }

    /** The way to the idempotency store. */
    private final class Network implements IdempotencyStore {
        @Override
        public Begun begin(String key, Run run, Duration hold) {
            return call(() -> {
                Begun begun = peer.store().begin(key, run, hold);
                if (begun instanceof Started) {
                    ledger.start(run);
                } else if (begun instanceof Completed) {
                    ledger.duplicate();
                }
                return begun;
            });
        }

        @Override
        public boolean complete(String key, Run run, @Nullable Payload result, Duration retention) {
            boolean stored = call(() -> peer.store().complete(key, run, result, retention));
            ledger.answer(run);
            hanging.remove(run);
            return stored;
        }

        @Override
        public boolean abandon(String key, Run run) {
            return call(() -> peer.store().abandon(key, run));
        }

        private <T> T call(Supplier<T> request) {
            int dice = random.nextInt(100);
            requireLife();
            if (dice == 0) {
                throw new StorageException("request lost on purpose");
            }
            T reply = request.get();
            requireLife();
            if (dice == 1) {
                throw new StorageException("reply lost on purpose");
            }
            return reply;
        }

        private void requireLife() {
            if (dead) {
                throw new IllegalStateException("a dead process");
            }
        }
    }
}
