package io.jobq.internal;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Stops attempts whose time is up. One thread sleeps until the earliest deadline and then looks at all attempts that the
 * workers hold; a job that starts and ends in time costs a few writes to its own attempt and no wake-up, as long as its
 * deadline is not earlier than all others.
 */
final class Deadlines implements Runnable, AutoCloseable {
    private static final Duration LONGEST = Duration.ofDays(365);

    private final List<Collection<Attempt>> held = new CopyOnWriteArrayList<>();
    private volatile long wakeAt = System.nanoTime() + LONGEST.toNanos();
    private volatile boolean closed;
    private volatile @Nullable Thread thread;

    /** Adds the attempts of a worker, a view that changes with them. */
    void look(Collection<Attempt> heldByWorker) {
        held.add(heldByWorker);
    }

    void start() {
        Thread watch = Threads.daemon("jobq-deadlines", this);
        thread = watch;
        watch.start();
    }

    /** Whether time limits are kept, once it is started. */
    boolean isWatching() {
        Thread watch = thread;
        return watch != null && watch.isAlive();
    }

    /** Stops the attempt after this long, unless its deadline is lifted before. */
    void watch(Attempt attempt, Duration limit) {
        long deadline = attempt.begunNanos() + (limit.compareTo(LONGEST) < 0 ? limit : LONGEST).toNanos();
        attempt.deadline(deadline);
        if (deadline - wakeAt < 0) {
            wakeBy(deadline);
            LockSupport.unpark(thread);
        }
    }

    private synchronized void wakeBy(long deadline) {
        if (deadline - wakeAt < 0) {
            wakeAt = deadline;
        }
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
        wakeAt = now + LONGEST.toNanos(); // before the look around, so that one who comes meanwhile lowers it again
        for (Collection<Attempt> attempts : held) {
            for (Attempt attempt : attempts) {
                if (attempt.isLate(now)) {
                    attempt.stop(Attempt.Stop.TIMED_OUT);
                    attempt.liftDeadline();
                } else if (attempt.hasDeadline()) {
                    wakeBy(attempt.deadline());
                }
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
