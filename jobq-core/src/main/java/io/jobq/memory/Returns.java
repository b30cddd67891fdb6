package io.jobq.memory;

import io.jobq.limits.Limit;
import io.jobq.limits.Rate;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which gates may let jobs that were set aside come back: those with room, in turns, and those whose rate gives room at a
 * time, or that have offered their room in vain and wait for a while. A gate that is full, or whose room is kept for jobs on their way, is in neither, for it will be {@linkplain #see seen}
 * again when one of them stops or starts. Used under the lock.
 */
final class Returns {
    private static final Comparator<Gate> BY_TIME =
            Comparator.<Gate>comparingLong(gate -> gate.due).thenComparingLong(gate -> gate.number);

    private final Set<Gate> open = new LinkedHashSet<>();
    private final TreeSet<Gate> timed = new TreeSet<>(BY_TIME);
    /** All gates with jobs aside, these and those that wait for a job to stop. */
    private final Set<Gate> holding = new LinkedHashSet<>();

    private long lastNumber;
    /** That of the first of the timed, which each claim asks for. */
    private long nextDue = Long.MAX_VALUE;

    /** Puts a gate where it belongs now, behind others that are there. */
    void see(Gate gate, Limit limit, long now) {
        open.remove(gate);
        if (gate.number != 0) {
            timed.remove(gate);
            gate.number = 0;
            nextDue = timed.isEmpty() ? Long.MAX_VALUE : timed.first().due;
        }
        if (!gate.hasAside()) {
            holding.remove(gate);
            return;
        }
        holding.add(gate);
        Rate rate = limit.rate();
        if (gate.usage.room(limit, now) > gate.returned) {
            if (gate.patience().waits(now)) {
                await(gate, gate.patience().until());
            } else {
                open.add(gate);
            }
        } else if (rate != null && gate.returned == 0 && !gate.usage.isFull(limit)) {
            await(gate, gate.usage.due(rate));
        }
    }

    private void await(Gate gate, long due) {
        gate.due = due;
        gate.number = ++lastNumber;
        timed.add(gate);
        nextDue = Math.min(nextDue, due);
    }

    /** The next gate with room; null when there is none. */
    @Nullable
    Gate next() {
        return open.isEmpty() ? null : open.iterator().next();
    }

    /** The first gate that waits for a time which has come; null when there is none. */
    @Nullable
    Gate due(long now) {
        return nextDue <= now ? timed.first() : null;
    }

    /** The next time that a gate waits for; the end of time when none does. */
    long nextDue() {
        return nextDue;
    }

    boolean has(Gate gate) {
        return open.contains(gate);
    }

    /** How many gates hold jobs back. */
    int holding() {
        return holding.size();
    }

    /** Some of them: first those with room, then those whose rate has some soonest. */
    Set<Gate> holding(int most) {
        Set<Gate> first = new LinkedHashSet<>();
        Stream.of(open, timed, holding)
                .flatMap(Set::stream)
                .takeWhile(gate -> first.size() < most)
                .forEach(first::add);
        return first;
    }
}
