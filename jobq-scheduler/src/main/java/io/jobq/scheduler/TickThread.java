package io.jobq.scheduler;

import io.jobq.spi.StorageException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a ticker's rounds, each when the storage's clock says so, on a thread of its own, which resigns at its end. */
final class TickThread implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(TickThread.class);
    private static final Duration AFTER_FAILURE = Duration.ofMillis(500);
    /** A round now and then does no harm, and clocks jump. */
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private static final Duration CLOSES_WITHIN = Duration.ofSeconds(10);
    /** Rounds come every ten seconds at least, so this is no hiccup. */
    private static final Duration USUAL_PATIENCE = Duration.ofMinutes(1);

    private final Ticker ticker;
    private final Duration patience;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition called = lock.newCondition();
    private boolean poked;
    private volatile boolean closed;
    private boolean failing;
    private volatile long succeeded = System.nanoTime();
    private volatile @Nullable Throwable failure;

    TickThread(Ticker ticker, String instance) {
        this(ticker, instance, USUAL_PATIENCE);
    }

    /**
     * With a patience of its own.
     *
     * @param patience how long rounds may fail, or one may take, before that is a {@link #problem}
     */
    TickThread(Ticker ticker, String instance, Duration patience) {
        this.ticker = ticker;
        this.patience = patience;
        this.thread = new Thread(null, this::run, "jobq-scheduler-" + instance, 0, false);
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Something has changed here: there may be something to do earlier than thought. */
    void poke() {
        ticker.poke();
        lock.lock();
        try {
            poked = true;
            called.signal();
        } finally {
            lock.unlock();
        }
    }

    /** What keeps it from ticking; empty while nothing does. */
    Optional<String> problem() {
        long silent = System.nanoTime() - succeeded;
        if (!thread.isAlive() && !closed) {
            return Optional.of("its thread has died; stop and start it");
        } else if (silent < patience.toNanos()) {
            return Optional.empty();
        }
        Throwable last = failure;
        return Optional.of("no round has succeeded for " + TimeUnit.NANOSECONDS.toSeconds(silent) + " s"
                + (last == null ? ", one hangs" : ", the last has failed: " + last));
    }

    private void run() {
        try {
            Duration pause = Duration.ZERO;
            while (sleep(pause)) {
                pause = round();
            }
        } finally {
            ticker.resign();
        }
    }

    private Duration round() {
        long start = System.nanoTime();
        try {
            Ticker.Wake wake = ticker.round();
            succeeded = System.nanoTime();
            failure = null;
            if (failing) {
                log.info("the storage answers again; schedules tick");
                failing = false;
            }
            return Duration.between(wake.now(), wake.next()).minusNanos(System.nanoTime() - start);
        } catch (Throwable failed) { // also an Error must not end it silently
            failure = failed;
            report(failed);
            return AFTER_FAILURE;
        }
    }

    private void report(Throwable failed) {
        if (!(failed instanceof StorageException)) {
            log.error("a round of the scheduler has failed; it goes on", failed);
        } else if (!failing) {
            failing = true;
            log.warn("schedules do not tick as long as the storage is away: {}", failed.getMessage());
        }
    }

    /** Waits; returns false when it is to end. */
    private boolean sleep(Duration pause) {
        lock.lock();
        try {
            long left = pause.compareTo(LONGEST) > 0 ? LONGEST.toNanos() : pause.toNanos();
            while (left > 0 && !poked && !closed) {
                left = called.awaitNanos(left);
            }
            poked = false;
            return !closed;
        } catch (InterruptedException notOurs) { // only close() ends it
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            called.signal();
        } finally {
            lock.unlock();
        }
        try {
            thread.join(CLOSES_WITHIN.toMillis());
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }
}
