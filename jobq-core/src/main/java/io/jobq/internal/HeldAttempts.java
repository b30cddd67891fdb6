package io.jobq.internal;

import io.jobq.JobId;
import io.jobq.spi.Lease;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The attempts that a worker holds, from the claim's answer until their end is settled.
 *
 * <p>That a job shall be cancelled may be heard before the answer with the job in it is taken on, so what was heard of late
 * is remembered. Such an attempt is not stopped but {@linkplain Attempt#doubt() doubted}: the order may have been for an
 * earlier attempt, and the job replayed since. The next tick asks the storage.
 */
final class HeldAttempts {
    /** Longer than a storage takes to answer. */
    static final Duration REMEMBERED = Duration.ofSeconds(30);

    static final int MOST_REMEMBERED = 10_000;

    private final Map<Lease, Attempt> held = new ConcurrentHashMap<>();
    /** When it was heard of each, by {@link System#nanoTime()}; the oldest first. */
    private final Map<JobId, Long> cancelled = new LinkedHashMap<>();
    /** Spares attempts the lock: most of the time nobody cancels anything. */
    private volatile boolean remembers;

    /** All of them, a view for any thread. */
    Collection<Attempt> all() {
        return held.values();
    }

    boolean isEmpty() {
        return held.isEmpty();
    }

    void add(Attempt attempt) {
        held.put(attempt.lease(), attempt);
        if (remembers && isRemembered(attempt.id())) { // in this order: cancel() looks the other way round
            attempt.doubt();
        }
    }

    void remove(Lease lease) {
        held.remove(lease);
    }

    /** Somebody asked for these running jobs to be cancelled, whoever holds them. */
    void cancel(List<JobId> jobs, long nowNanos) {
        remember(jobs, nowNanos);
        Set<JobId> asked = Set.copyOf(jobs);
        for (Attempt attempt : held.values()) {
            if (asked.contains(attempt.id())) {
                attempt.stop(Attempt.Stop.CANCELLED);
            }
        }
    }

    private synchronized void remember(List<JobId> jobs, long nowNanos) {
        for (JobId job : jobs) {
            cancelled.remove(job); // or it would keep its old place
            cancelled.put(job, nowNanos);
        }
        Iterator<JobId> oldest = cancelled.keySet().iterator();
        while (cancelled.size() > MOST_REMEMBERED) {
            oldest.next();
            oldest.remove();
        }
        remembers = true;
    }

    private synchronized boolean isRemembered(JobId job) {
        return cancelled.containsKey(job);
    }

    /** Forgets what was heard too long ago to be about a claim that is still under way. */
    synchronized void forget(long nowNanos) {
        Iterator<Long> heard = cancelled.values().iterator();
        while (heard.hasNext() && nowNanos - heard.next() > REMEMBERED.toNanos()) {
            heard.remove();
        }
        remembers = !cancelled.isEmpty();
    }
}
