package io.jobq.internal;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Stops attempts whose time is up. One thread sleeps until the earliest deadline and then looks at all running attempts;
 * a job that starts and ends in time costs two map operations and no wake-up, as long as its deadline is not earlier
 * than all others.
 */
final class Deadlines implements Runnable, AutoCloseable {
    private final Map<Attempt, Long> deadlines = new ConcurrentHashMap<>();
    private volatile long wakeAt = System.nanoTime() + Long.MAX_VALUE / 2;
    private volatile boolean closed;
    private volatile @Nullable Thread thread;

    void start() {
        Thread watch = Threads.daemon("jobq-deadlines", this);
        thread = watch;
        watch.start();
    }

    void watch(Attempt attempt, Duration limit) {
        long deadline = System.nanoTime() + nanos(limit);
        deadlines.put(attempt, deadline);
        if (deadline - wakeAt < 0) {
            wakeBy(deadline);
            LockSupport.unpark(thread);
        }
    }

    void forget(Attempt attempt) {
        deadlines.remove(attempt);
    }

    @Override
    public void run() {
        while (!closed) {
            long wait = wakeAt - System.nanoTime();
            if (wait > 0) {
                LockSupport.parkNanos(this, wait);
            } else {
                stopLate();
            }
        }
    }

    private void stopLate() {
        long now = System.nanoTime();
        wakeAt = now + Long.MAX_VALUE / 2; // before the look around, so that one who comes meanwhile lowers it again
        deadlines.entrySet().removeIf(each -> {
            boolean late = each.getValue() - now <= 0;
            if (late) {
                each.getKey().stop(Attempt.Stop.TIMED_OUT);
            }
            return late;
        });
        deadlines.values().forEach(this::wakeBy);
    }

    private synchronized void wakeBy(long deadline) {
        if (deadline - wakeAt < 0) {
            wakeAt = deadline;
        }
    }

    private static long nanos(Duration limit) {
        return limit.compareTo(Duration.ofDays(365)) > 0 ? Duration.ofDays(365).toNanos() : limit.toNanos();
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
