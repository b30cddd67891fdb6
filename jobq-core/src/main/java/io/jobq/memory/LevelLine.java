package io.jobq.memory;

import io.jobq.Priority;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Ready jobs: three lines, or lanes, per priority level. The first holds those put ahead, which come in any order; the
 * second those of no tenant, joined at the end; the third those of tenants, and what comes back from limits, by their start
 * tags. The lane and the tag make up the major key. A bit set tells which lanes have entries.
 */
final class LevelLine implements Line {
    private static final int KINDS = 3;
    private static final int AHEAD = 0;
    private static final int PLAIN = 1;
    private static final int SHARED = 2;
    private static final int TAG_BITS = 48;

    /** How many lanes there are. */
    static final int LANES = KINDS * Priority.LEVELS;

    private final List<Line> lanes = new ArrayList<>(LANES);
    private final List<TenantShares> shares = new ArrayList<>(Priority.LEVELS);
    /** How levels share; null while no level has terms. */
    private @Nullable LevelShares levels;

    private int occupied;
    private int size;

    LevelLine() {
        for (int lane = 0; lane < LANES; lane++) {
            lanes.add(lane % KINDS == PLAIN ? new RingLine() : new TreeLine());
        }
        for (int level = 0; level < Priority.LEVELS; level++) {
            shares.add(new TenantShares());
        }
    }

    /** The major key of those put ahead of their level. */
    static long ahead(int level) {
        return major(KINDS * level + AHEAD, 0);
    }

    /** The major key of a job that joins its level now. */
    long joining(int level, @Nullable String tenant, int weight) {
        return tenant == null
                ? major(KINDS * level + PLAIN, 0)
                : major(KINDS * level + SHARED, shares.get(level).start(tenant, weight));
    }

    /** The major key of a job that comes back to its level from a limit now. */
    long returning(int level, @Nullable String tenant, int weight) {
        return major(KINDS * level + SHARED, shares.get(level).startAgain(tenant, weight));
    }

    /** Whether it was put ahead of its level. */
    static boolean isAhead(Position position) {
        return laneOf(position) % KINDS == AHEAD;
    }

    private static long major(int lane, long tag) {
        return ((long) lane << TAG_BITS) + tag;
    }

    private static int laneOf(Position position) {
        return (int) (position.major >> TAG_BITS);
    }

    private static long tagOf(Position position) {
        return position.major & ((1L << TAG_BITS) - 1);
    }

    /** Where the terms of levels are, from now on if not before. */
    LevelShares levels() {
        LevelShares known = levels;
        if (known == null) {
            known = new LevelShares();
            levels = known;
        }
        return known;
    }

    Line lane(int number) {
        return lanes.get(number);
    }

    @Override
    public void add(Entry entry) {
        int lane = laneOf(entry);
        lane(lane).add(entry);
        occupied |= 1 << lane;
        size++;
        if (levels != null) {
            levels.joined(entry);
        }
    }

    @Override
    public void remove(Entry entry) {
        int lane = laneOf(entry);
        lane(lane).remove(entry);
        left(entry, lane);
    }

    private void left(Entry entry, int lane) {
        size--;
        if (levels != null) {
            levels.left(entry);
        }
        if (lane(lane).isEmpty()) {
            occupied &= ~(1 << lane);
            if (lane % KINDS == SHARED) {
                shares.get(lane / KINDS).clear();
            }
        }
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public @Nullable Entry first() {
        return size == 0 ? null : lane(nextLane()).first();
    }

    /** The lane that is served next, when there is any. */
    private int nextLane() {
        int lane = levels == null ? Integer.numberOfTrailingZeros(occupied) : firstLane(levels.next(occupiedLevels()));
        boolean contended = lane % KINDS == PLAIN && (occupied & (1 << (lane + 1))) != 0;
        if (contended) {
            Entry first = Objects.requireNonNull(lane(lane + 1).first());
            return shares.get(lane / KINDS).isNobodysTurn(tagOf(first)) ? lane : lane + 1;
        }
        return lane;
    }

    private int firstLane(int level) {
        return Integer.numberOfTrailingZeros(occupied & (((1 << KINDS) - 1) << (KINDS * level)));
    }

    private int occupiedLevels() {
        int bits = 0;
        for (int level = 0; level < Priority.LEVELS; level++) {
            bits |= (occupied & (((1 << KINDS) - 1) << (KINDS * level))) == 0 ? 0 : 1 << level;
        }
        return bits;
    }

    /** The next to be served at a time; what has waited for too long has every other turn. */
    @Nullable
    Entry poll(long now) {
        Entry overdue = levels == null ? null : levels.overdue(now);
        if (overdue == null) {
            return pollFirst();
        }
        remove(overdue);
        return overdue;
    }

    @Override
    public @Nullable Entry pollFirst() {
        if (size == 0) {
            return null;
        }
        int lane = nextLane();
        Entry first = Objects.requireNonNull(lane(lane).pollFirst());
        if (lane % KINDS == SHARED) {
            shares.get(lane / KINDS).served(tagOf(first));
        } else if ((occupied & (1 << (lane + 1))) != 0 && lane % KINDS == PLAIN) {
            shares.get(lane / KINDS).servedNobody();
        }
        if (levels != null) {
            levels.served(lane / KINDS);
        }
        left(first, lane);
        return first;
    }

    @Override
    public Iterator<Entry> after(Position position) {
        return new Rest(position);
    }

    private final class Rest implements Iterator<Entry> {
        private final Position position;
        private int lane;
        private Iterator<Entry> rest;

        Rest(Position position) {
            this.position = position;
            this.lane = Math.max(0, Math.min(LANES - 1, laneOf(position)));
            this.rest = lane(lane).after(position);
        }

        @Override
        public boolean hasNext() {
            while (!rest.hasNext() && lane < LANES - 1) {
                rest = lane(++lane).after(position);
            }
            return rest.hasNext();
        }

        @Override
        public Entry next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return rest.next();
        }
    }
}
