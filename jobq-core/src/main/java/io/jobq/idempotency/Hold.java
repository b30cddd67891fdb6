package io.jobq.idempotency;

import io.jobq.idempotency.IdempotencyStore.Begun;
import io.jobq.idempotency.IdempotencyStore.Run;
import io.jobq.idempotency.IdempotencyStore.Started;
import io.jobq.spi.Durations;
import io.jobq.spi.Payload;
import io.jobq.spi.StorageException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run's hold on its key, from the moment it has begun to its end. A third of the time it is prolonged, so it may be far
 * shorter than the run and still outlast pauses; the lock keeps a prolonging from coming after the end.
 */
final class Hold {
    private static final Logger log = LoggerFactory.getLogger(Hold.class);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final IdempotencyStore store;
    private final String key;
    private final Run run;
    private final Duration time;
    private final BooleanSupplier unwanted;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Future<?> prolonging;
    private boolean ended;

    /** An unwanted run is not prolonged any more: it may never end, and others with the key shall not wait for ever. */
    Hold(IdempotencyStore store, String key, Run run, Duration time, BooleanSupplier unwanted) {
        this.store = store;
        this.key = key;
        this.run = run;
        this.time = time;
        this.unwanted = unwanted;
    }

    Begun begin() {
        return store.begin(key, run, time);
    }

    void keep(ScheduledExecutorService timer) {
        long period = Durations.nanos(time) / 3;
        lock.lock();
        try {
            prolonging = timer.scheduleWithFixedDelay(this::prolong, period, period, TimeUnit.NANOSECONDS);
        } finally {
            lock.unlock();
        }
    }

    private void prolong() {
        lock.lock();
        try {
            if (unwanted.getAsBoolean()) {
                stopProlonging();
            } else if (!ended && !(begin() instanceof Started)) {
                log.warn("job {} has lost its idempotency key '{}' to another run while it runs", run.job(), key);
                stopProlonging();
            }
        } catch (RuntimeException unanswered) {
            log.warn("job {} could not prolong its hold on idempotency key '{}'", run.job(), key, unanswered);
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        lock.lock();
        try {
            stopProlonging();
        } finally {
            lock.unlock();
        }
    }

    private void stopProlonging() {
        ended = true;
        if (prolonging != null) {
            prolonging.cancel(false);
        }
    }

    /** Never throws: the effect has taken place, and no error makes that undone. */
    void complete(@Nullable Payload result, Duration retention) {
        end();
        try {
            if (!persistently(() -> store.complete(key, run, result, retention), PATIENCE_NANOS)) {
                log.warn(
                        "job {} has run, but idempotency key '{}' belongs to another run by now; that one's result counts",
                        run.job(),
                        key);
            }
        } catch (RuntimeException lost) {
            log.warn(
                    "job {} has run, but its result could not be stored under idempotency key '{}'; another job with"
                            + " the key may run again",
                    run.job(),
                    key,
                    lost);
        }
    }

    /** Never throws: the hold runs out by itself, and a retry of the job takes the key over. */
    void abandon() {
        end();
        try {
            persistently(() -> store.abandon(key, run), 0);
        } catch (RuntimeException unanswered) {
            log.warn("idempotency key '{}' of job {} stays in flight for up to {}", key, run.job(), time, unanswered);
        }
    }

    /**
     * Calls until there is an answer or the patience is over. An interrupt is meant for the handler, which has ended; it
     * must not cut the call short.
     */
    private static boolean persistently(BooleanSupplier call, long patienceNanos) {
        long start = System.nanoTime();
        boolean interrupted = false;
        try {
            while (true) {
                interrupted |= Thread.interrupted();
                try {
                    return call.getAsBoolean();
                } catch (StorageException unanswered) {
                    if (System.nanoTime() - start >= patienceNanos) {
                        throw unanswered;
                    }
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
