package io.jobq.memory;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A line that is mostly joined at its end and left at its head, both in constant time: a sorted ring buffer. An entry
 * that leaves from the middle is found by binary search and replaced by a bare {@link Position} with its keys, so that
 * the ring stays sorted; such gaps are closed when they are more than half of it. Joining in the middle moves what is
 * behind, which only a clock that stepped back asks for.
 */
final class RingLine implements Line {
    private static final int SMALLEST = 16;

    private @Nullable Position[] slots = new @Nullable Position[SMALLEST];
    private int head;
    /** Slots in use, gaps included; the first is never a gap. */
    private int span;

    private int gaps;

    @Override
    public int size() {
        return span - gaps;
    }

    @Override
    public void add(Entry entry) {
        if (span == slots.length) {
            resize(2 * slots.length);
        }
        int at = span == 0 || at(span - 1).compareTo(entry) < 0 ? span : search(entry);
        for (int i = span; i > at; i--) {
            set(i, at(i - 1));
        }
        set(at, entry);
        span++;
    }

    @Override
    public void remove(Entry entry) {
        if (span > 0 && at(0) == entry) {
            dropHead();
            return;
        }
        int at = search(entry);
        if (at < span && at(at) == entry) {
            set(at, new Position(entry.major, entry.minor));
            gaps++;
            if (gaps > span / 2) {
                resize(slots.length);
            }
        }
    }

    @Override
    public @Nullable Entry first() {
        return span == 0 ? null : (Entry) at(0);
    }

    @Override
    public @Nullable Entry pollFirst() {
        Entry first = first();
        if (first != null) {
            dropHead();
        }
        return first;
    }

    private void dropHead() {
        do {
            slots[head] = null;
            head = (head + 1) & (slots.length - 1);
            span--;
        } while (span > 0 && isGap(0) && gaps-- > 0);
        if (slots.length > SMALLEST && span < slots.length / 8) {
            resize(slots.length / 2);
        }
    }

    /** Copies the entries, and no gaps, to a ring of a size. */
    private void resize(int length) {
        @Nullable Position[] copy = new @Nullable Position[length];
        int live = 0;
        for (int i = 0; i < span; i++) {
            if (!isGap(i)) {
                copy[live++] = at(i);
            }
        }
        slots = copy;
        head = 0;
        span = live;
        gaps = 0;
    }

    /** The first slot whose keys are not less than these. */
    private int search(Position position) {
        int low = 0;
        int high = span;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (at(middle).compareTo(position) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private Position at(int index) {
        return Objects.requireNonNull(slots[(head + index) & (slots.length - 1)]);
    }

    private void set(int index, Position position) {
        slots[(head + index) & (slots.length - 1)] = position;
    }

    private boolean isGap(int index) {
        return !(at(index) instanceof Entry);
    }

    @Override
    public Iterator<Entry> after(Position position) {
        int from = search(position);
        return new Rest(from < span && at(from).compareTo(position) == 0 ? from + 1 : from);
    }

    private final class Rest implements Iterator<Entry> {
        private int next;

        Rest(int from) {
            next = from;
        }

        @Override
        public boolean hasNext() {
            while (next < span && isGap(next)) {
                next++;
            }
            return next < span;
        }

        @Override
        public Entry next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return (Entry) at(next++);
        }
    }
}
