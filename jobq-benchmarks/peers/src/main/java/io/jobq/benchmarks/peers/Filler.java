package io.jobq.benchmarks.peers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;

/** Stores jobs, singly or in batches, from as many threads as wanted. Numbers go on from call to call. */
final class Filler {
    private final AtomicLong next = new AtomicLong(1);

    /**
     * Stores this many jobs, or as many as can be in this time.
     *
     * @return how many jobs there are now from all calls
     */
    long fill(Session session, long jobs, int batch, int callers, Duration atMost) throws InterruptedException {
        long end = next.get() + jobs;
        long deadline = System.nanoTime() + atMost.toNanos();
        List<Thread> threads = new ArrayList<>();
        List<RuntimeException> failures = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            threads.add(new Thread(
                    () -> {
                        try {
                            fill(session, end, batch, deadline);
                        } catch (RuntimeException e) {
                            synchronized (failures) {
                                failures.add(e);
                            }
                        }
                    },
                    "producer-" + i));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        if (!failures.isEmpty()) {
            throw failures.get(0);
        }
        long stored = Math.min(next.get(), end) - 1;
        next.set(stored + 1);
        return stored;
    }

    private void fill(Session session, long end, int batch, long deadline) {
        while (System.nanoTime() - deadline < 0) {
            long from = next.getAndAdd(batch);
            if (from >= end) {
                return;
            }
            if (batch == 1) {
                session.enqueue(Work.of(from, 0));
            } else {
                session.enqueueAll(LongStream.range(from, Math.min(end, from + batch))
                        .mapToObj(number -> Work.of(number, 0))
                        .toList());
            }
        }
    }
}
