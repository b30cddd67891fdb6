package io.jobq.memory;

import io.jobq.limits.Limit;
import io.jobq.limits.Rate;

/**
 * What runs and has started under a limit. Starts are counted by the generic cell rate algorithm (ITU-T I.371): each moves
 * the theoretical arrival time on by an interval, and may come before it by as many intervals as the burst has starts less
 * one. Times are microseconds. Used under the lock.
 */
final class Usage {
    /** Longer than any clock reads, and far from overflow. */
    private static final long FOR_EVER = Long.MAX_VALUE / 4;

    private int running;
    private long arrival;

    /** Whether one more may start. */
    boolean hasRoom(Limit limit, long now) {
        Rate rate = limit.rate();
        return !isFull(limit) && (rate == null || due(rate) <= now);
    }

    /** Whether one that runs must stop before another may start. */
    boolean isFull(Limit limit) {
        return isFullAfter(0, limit);
    }

    /** The same when so many others have started. */
    boolean isFullAfter(int others, Limit limit) {
        return running + others >= limit.concurrency();
    }

    /** How many more may start. */
    int room(Limit limit, long now) {
        int slots = limit.concurrency() == Limit.UNLIMITED ? Limit.UNLIMITED : limit.concurrency() - running;
        Rate rate = limit.rate();
        if (slots <= 0 || rate == null) {
            return Math.max(0, slots);
        }
        long early = now - due(rate);
        return early < 0 ? 0 : (int) Math.min(slots, Math.min(rate.burst(), early / rate.intervalMicros() + 1));
    }

    /** When a rate lets the next one start, which may be long ago. */
    long due(Rate rate) {
        return arrival - times(rate.burst() - 1L, rate.intervalMicros());
    }

    /** When a rate lets the one start that comes after so many others, which is not before now. */
    long dueAfter(int others, Rate rate, long now) {
        long last = Math.max(arrival, now) + times(others, rate.intervalMicros());
        return Math.max(now, last - times(rate.burst() - 1L, rate.intervalMicros()));
    }

    /** Takes a start; returns whether the job counts as running until {@link #stop}. */
    boolean start(Limit limit, long now) {
        Rate rate = limit.rate();
        if (rate != null) {
            arrival = Math.min(2 * FOR_EVER, Math.max(arrival, now) + rate.intervalMicros());
        }
        boolean counts = limit.concurrency() != Limit.UNLIMITED;
        running += counts ? 1 : 0;
        return counts;
    }

    void stop() {
        running--;
    }

    /** What was started under another rate may not keep others from starting for longer than a burst under this one. */
    void forgive(Rate rate, long now) {
        arrival = Math.min(arrival, now + times(rate.burst(), rate.intervalMicros()));
    }

    private static long times(long intervals, long interval) {
        return intervals > FOR_EVER / interval ? FOR_EVER : intervals * interval;
    }

    /** Whether it is as good as new. */
    boolean isForgotten(long now) {
        return running == 0 && arrival <= now;
    }
}
