package io.jobq.internal;

import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * The threads that run jobs, as many as the worker has slots. What enters while all are taken waits for the next that is
 * free.
 *
 * <p>Waking a thread costs more than a short job, so at most one is being woken at any time, and a thread that is awake
 * and leaves tasks behind wakes the next: short jobs are run by the few threads that are awake anyway, and long ones
 * spread over all slots within as many wake-ups. The thread that went idle last is woken first, since it is warmest. (The
 * scheduler of Go limits its spinning threads in the same way.) Threads idle for long end.
 *
 * <p>A handler that ignores its interruption is abandoned: it keeps its thread, the slot gets another, and there is one
 * fewer again when the handler comes back at last. There are never more abandoned handlers than slots; beyond that, a
 * slot stays closed until its handler ends.
 *
 * @param <T> what runs
 */
final class Slots<T> {
    private static final Logger log = LoggerFactory.getLogger(Slots.class);
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final ThreadFactory factory;
    private final Consumer<T> body;
    private final Queue<T> inbox = new ConcurrentLinkedQueue<>();
    private final Deque<Slot> idle = new ConcurrentLinkedDeque<>();
    private final AtomicBoolean waking = new AtomicBoolean();
    private final AtomicInteger threads = new AtomicInteger();
    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicInteger abandoned = new AtomicInteger();
    private final @Nullable ClassLoader loader = Thread.currentThread().getContextClassLoader();
    private volatile int total;
    private volatile boolean closed;
    private Set<T> seenWaiting = Set.of(); // of the caller of withdrawStalled() alone

    Slots(String worker, int total, Consumer<T> body) {
        this.total = total;
        this.factory = Threads.slots("jobq-" + worker + "-");
        this.body = body;
    }

    int total() {
        return total;
    }

    /** How many slots run something. */
    int used() {
        return Math.max(0, taken.get() - inbox.size());
    }

    /** How many are used or waited for. */
    int taken() {
        return taken.get();
    }

    int abandoned() {
        return abandoned.get();
    }

    void resize(int slots) {
        total = slots;
        wake();
    }

    /**
     * Takes a slot, the next that is free, after the next {@link #wake()} at the latest. Whoever runs must call {@link
     * #leave()} when it is done, or be {@linkplain #abandon()}ed.
     */
    void enter(T task) {
        taken.incrementAndGet();
        inbox.add(task);
    }

    /** Sees to it that somebody runs what has entered; once for many, or a thread would be woken for each. */
    void wake() {
        if (!inbox.isEmpty()) {
            wakeOne();
        }
    }

    void leave() {
        taken.decrementAndGet();
    }

    /** Takes out what waits since before the last call. For one thread. */
    List<T> withdrawStalled() {
        List<T> stalled = new ArrayList<>();
        for (T first = inbox.peek(); first != null && seenWaiting.contains(first); first = inbox.peek()) {
            if (inbox.remove(first)) {
                leave();
                stalled.add(first);
            }
        }
        seenWaiting = new HashSet<>(inbox);
        return stalled;
    }

    /** Takes out everything that waits. */
    List<T> withdraw() {
        List<T> waiting = new ArrayList<>();
        for (T task = inbox.poll(); task != null; task = inbox.poll()) {
            leave();
            waiting.add(task);
        }
        return waiting;
    }

    /**
     * Frees the slot of a task that does not end.
     *
     * @return whether it did; if so, the task must call {@link #comeBack()} instead of {@link #leave()}
     */
    synchronized boolean abandon() {
        if (abandoned.get() >= total) {
            return false;
        }
        abandoned.incrementAndGet();
        leave();
        return true;
    }

    synchronized void comeBack() {
        abandoned.decrementAndGet();
    }

    /** Lets idle threads go, and the others as soon as they come back. */
    void close() {
        closed = true;
        for (Slot slot = idle.poll(); slot != null; slot = idle.poll()) {
            slot.call();
        }
    }

    private void wakeOne() {
        if (closed || waking.get() || !waking.compareAndSet(false, true)) {
            return; // who is being woken looks into the inbox after this
        }
        Slot slot = idle.poll();
        if (slot != null) {
            slot.call();
        } else if (mayGrow()) {
            grow();
        } else {
            waking.set(false);
        }
    }

    private void grow() {
        try {
            factory.newThread(new Slot()).start();
        } catch (Throwable noThread) { // the operating system refuses; the threads there are will do the work
            threads.decrementAndGet();
            waking.set(false);
            log.error("no thread for another slot, {} are running", threads, noThread);
        }
    }

    private boolean mayGrow() {
        int limit = total + abandoned.get();
        return threads.getAndUpdate(count -> count < limit ? count + 1 : count) < limit;
    }

    /** One thread: takes tasks, sleeps when there are none. */
    private final class Slot implements Runnable {
        private volatile boolean called;
        private volatile @Nullable Thread thread;
        private String name = "";

        void call() {
            called = true;
            LockSupport.unpark(thread);
        }

        @Override
        public void run() {
            thread = Thread.currentThread();
            name = Thread.currentThread().getName();
            waking.set(false);
            Thread.currentThread().setContextClassLoader(loader); // a virtual thread has the system's
            while (!closed && threads.get() <= total + abandoned.get()) {
                T task = inbox.poll();
                if (task != null) {
                    perform(task);
                } else if (!sleep()) {
                    break;
                }
            }
            threads.decrementAndGet();
            if (!inbox.isEmpty()) {
                wakeOne();
            }
        }

        private void perform(T task) {
            if (!inbox.isEmpty()) {
                wakeOne();
            }
            try {
                body.accept(task);
                refresh();
            } catch (Throwable bug) { // handlers' throwables do not come this far
                log.error("a task of JobQ's own failed; please report it", bug);
            }
        }

        /** Leaves nothing of this job to the next. */
        @SuppressWarnings({"ThreadInterruptedIgnored", "ThreadPriorityCheck"}) // both were meant for this one
        private void refresh() {
            Thread current = Thread.currentThread();
            if (current.getContextClassLoader() != loader) {
                current.setContextClassLoader(loader);
            }
            if (!current.getName().equals(name)) {
                current.setName(name);
            }
            if (current.getPriority() != Thread.NORM_PRIORITY) {
                current.setPriority(Thread.NORM_PRIORITY);
            }
            MDC.clear();
            boolean ignored = Thread.interrupted();
        }

        /** Waits to be called; false when nobody did for long. */
        private boolean sleep() {
            called = false;
            idle.push(this);
            if ((closed || !inbox.isEmpty()) && idle.remove(this)) {
                return true;
            }
            long deadline = System.nanoTime() + IDLE_NANOS;
            while (!called) {
                long left = deadline - System.nanoTime();
                if (left <= 0 && idle.remove(this)) {
                    return false;
                }
                LockSupport.parkNanos(this, left <= 0 ? IDLE_NANOS : left);
            }
            waking.set(false);
            return true;
        }
    }
}
