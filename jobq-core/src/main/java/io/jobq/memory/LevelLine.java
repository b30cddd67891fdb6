package io.jobq.memory;

import io.jobq.Priority;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Ready jobs: two lines per priority level, by the major key. The even ones hold those put ahead, which come in any
 * order; the odd ones are joined at the end. A bit set tells which have entries.
 */
final class LevelLine implements Line {
    /** How many values the major key has. */
    static final int MAJORS = 2 * Priority.LEVELS;

    private final List<Line> lines = new ArrayList<>(MAJORS);
    private int occupied;
    private int size;

    LevelLine() {
        for (int major = 0; major < MAJORS; major++) {
            lines.add(major % 2 == 0 ? new TreeLine() : new RingLine());
        }
    }

    Line line(int major) {
        return lines.get(major);
    }

    @Override
    public void add(Entry entry) {
        line((int) entry.major).add(entry);
        occupied |= 1 << entry.major;
        size++;
    }

    @Override
    public void remove(Entry entry) {
        Line line = line((int) entry.major);
        line.remove(entry);
        left((int) entry.major, line);
    }

    private void left(int major, Line line) {
        size--;
        if (line.isEmpty()) {
            occupied &= ~(1 << major);
        }
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public @Nullable Entry first() {
        return size == 0 ? null : line(Integer.numberOfTrailingZeros(occupied)).first();
    }

    @Override
    public @Nullable Entry pollFirst() {
        if (size == 0) {
            return null;
        }
        int major = Integer.numberOfTrailingZeros(occupied);
        Line line = line(major);
        Entry first = line.pollFirst();
        left(major, line);
        return first;
    }

    @Override
    public Iterator<Entry> after(Position position) {
        return new Rest(position);
    }

    private final class Rest implements Iterator<Entry> {
        private final Position position;
        private int major;
        private Iterator<Entry> rest;

        Rest(Position position) {
            this.position = position;
            this.major = (int) Math.max(0, Math.min(MAJORS - 1L, position.major));
            this.rest = line(major).after(position);
        }

        @Override
        public boolean hasNext() {
            while (!rest.hasNext() && major < MAJORS - 1) {
                rest = line(++major).after(position);
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
