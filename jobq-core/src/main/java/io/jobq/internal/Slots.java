package io.jobq.internal;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that run jobs, as many as the worker has slots. A handler that ignores its interruption is abandoned: it
 * keeps its thread, the slot gets another, and the pool shrinks again when the handler comes back at last. There are
 * never more abandoned handlers than slots; beyond that, a slot stays closed until its handler ends.
 */
final class Slots {
    private final ThreadPoolExecutor threads;
    private final AtomicInteger used = new AtomicInteger();
    private final AtomicInteger abandoned = new AtomicInteger();
    private volatile int total;

    Slots(String worker, int total) {
        this.total = total;
        this.threads = new ThreadPoolExecutor(
                total, total, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), Threads.slots(worker + "-"));
        threads.allowCoreThreadTimeOut(true);
    }

    int total() {
        return total;
    }

    int used() {
        return used.get();
    }

    int abandoned() {
        return abandoned.get();
    }

    int free() {
        return Math.max(0, total - used.get());
    }

    synchronized void resize(int slots) {
        total = slots;
        fit();
    }

    private void fit() {
        int size = total + abandoned.get();
        if (size > threads.getMaximumPoolSize()) {
            threads.setMaximumPoolSize(size);
            threads.setCorePoolSize(size);
        } else {
            threads.setCorePoolSize(size);
            threads.setMaximumPoolSize(size);
        }
    }

    /** Takes a slot for a task; the task must call {@link #leave()} when it is done, or be {@linkplain #abandon()}ed. */
    void enter(Runnable task) {
        used.incrementAndGet();
        threads.execute(task);
    }

    void leave() {
        used.decrementAndGet();
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
        used.decrementAndGet();
        fit();
        return true;
    }

    synchronized void comeBack() {
        abandoned.decrementAndGet();
        fit();
    }

    /** Lets idle threads go and interrupts the others. */
    void close() {
        threads.shutdownNow();
    }
}
