package io.jobq.redis;

import io.jobq.spi.InsertResult;
import io.jobq.spi.NewJob;
import io.jobq.spi.StorageException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jobs that wait in this process while Redis is away. As long as any waits, later ones queue up behind it, so that all
 * are stored in the order in which they came. A job whose unique key is taken by then is dropped like any duplicate;
 * its enqueuer has been told that it was stored, for nobody could know better.
 */
final class OutageBuffer {
    private static final Logger log = LoggerFactory.getLogger(OutageBuffer.class);
    private static final int AT_ONCE = 1_000;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** Stores jobs now, or fails. */
    interface Target {
        List<InsertResult> insert(List<NewJob> jobs);
    }

    private final Target target;
    private final int capacity;
    private final Deque<NewJob> waiting = new ArrayDeque<>();
    private boolean draining;

    OutageBuffer(Target target, int capacity) {
        this.target = target;
        this.capacity = capacity;
    }

    synchronized int size() {
        return waiting.size();
    }

    List<InsertResult> insert(List<NewJob> jobs) {
        if (size() == 0) {
            try {
                return target.insert(jobs);
            } catch (StorageException failed) {
                if (!RedisLink.mayPass(failed.getCause())) {
                    throw failed;
                }
                log.warn("Redis is away; up to {} jobs are kept in this process until it is back", capacity, failed);
            }
        }
        return hold(jobs);
    }

    private synchronized List<InsertResult> hold(List<NewJob> jobs) {
        if (waiting.size() + jobs.size() > capacity) {
            throw new StorageException("Redis is away and the outage buffer is full: " + waiting.size() + " of "
                    + capacity + " jobs wait in it; these " + jobs.size() + " were not taken");
        }
        waiting.addAll(jobs);
        if (!draining) {
            draining = true;
            Thread drainer = new Thread(null, this::drain, "jobq-redis-outage", 0, false);
            drainer.setDaemon(true);
            drainer.start();
        }
        return jobs.stream()
                .<InsertResult>map(job -> new InsertResult.Inserted(job.id()))
                .toList();
    }

    private void drain() {
        for (List<NewJob> next = first(); !next.isEmpty(); next = first()) {
            try {
                target.insert(next);
                stored(next.size());
            } catch (StorageException away) {
                log.debug("{} jobs still wait for Redis", size(), away);
                LockSupport.parkNanos(this, PAUSE_NANOS);
            }
        }
        log.info("Redis is back, and every job that waited for it is stored");
    }

    private synchronized List<NewJob> first() {
        List<NewJob> next = new ArrayList<>();
        for (NewJob job : waiting) {
            if (next.size() == AT_ONCE) {
                break;
            }
            next.add(job);
        }
        draining = !next.isEmpty();
        return next;
    }

    private synchronized void stored(int count) {
        for (int i = 0; i < count; i++) {
            waiting.remove();
        }
    }

    void flush(long nanos) {
        long deadline = System.nanoTime() + nanos;
        while (size() > 0 && System.nanoTime() < deadline) {
            LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(5));
        }
        if (size() > 0) {
            log.error("Redis is still away: {} jobs that waited for it are lost with this process", size());
        }
    }
}
