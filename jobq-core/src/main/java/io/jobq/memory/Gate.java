package io.jobq.memory;

import io.jobq.spi.Rule.Target;
import org.jspecify.annotations.Nullable;

/**
 * Where the jobs of one type, tenant or key pass when they start: what they use of their limit, and those set aside until
 * it has room. Different tenants meet at the gate of a type only, so only there do those set aside share by turns; elsewhere
 * the oldest of the lowest level is first. Used under the lock.
 */
final class Gate {
    final Target target;
    final String name;
    final Usage usage = new Usage();
    /** Jobs that came back from here and have not started. */
    int returned;

    private final Patience patience = new Patience();

    /** While {@link Returns} waits for a time: which, in microseconds, and its number among those of that time. */
    long due;

    long number;
    private @Nullable Line aside;

    Gate(Target target, String name) {
        this.target = target;
        this.name = name;
    }

    boolean hasAside() {
        return asideSize() > 0;
    }

    int asideSize() {
        return aside == null ? 0 : aside.size();
    }

    /**
     * Whether somebody was held back here who comes before a ready job. One that has been through before has its place among
     * those who wait; all others come after them, and after those who came back and have not started.
     */
    boolean hasBefore(Entry entry) {
        Entry first = aside == null ? null : aside.first();
        if (!hasBeenThrough(entry)) {
            return first != null || returned > 0;
        }
        return first != null && first.compareTo(new Position(LevelLine.ahead(entry.level()), entry.turn)) < 0;
    }

    /** Whether a job came back from a gate, or was given back. */
    private static boolean hasBeenThrough(Entry entry) {
        return entry.gate != null || LevelLine.isAhead(entry);
    }

    /** The major key of a job that is set aside here. Those that have been through before stay before others. */
    long joining(Entry entry, int weight) {
        int level = entry.level();
        return line() instanceof LevelLine shared && !hasBeenThrough(entry)
                ? shared.joining(level, entry.job.options().tenant(), weight)
                : LevelLine.ahead(level);
    }

    /** How long it waits between offers that nobody can take. */
    Patience patience() {
        return patience;
    }

    void add(Entry entry) {
        line().add(entry);
    }

    void remove(Entry entry) {
        line().remove(entry);
    }

    @Nullable
    Entry pollFirst() {
        return aside == null ? null : aside.pollFirst();
    }

    private Line line() {
        Line line = aside;
        if (line == null) {
            line = target == Target.TYPE ? new LevelLine() : new TreeLine();
            aside = line;
        }
        return line;
    }

    /** Whether nothing would be lost if it were made anew. */
    boolean isIdle(long now) {
        return returned == 0 && !hasAside() && usage.isForgotten(now);
    }
}
