package io.jobq.memory;

import java.util.Iterator;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Entries in the order of their keys, which must not change while an entry is in a line. */
final class Line {
    private final TreeSet<Position> entries = new TreeSet<>();

    void add(Entry entry) {
        entries.add(entry);
    }

    void remove(Entry entry) {
        entries.remove(entry);
    }

    int size() {
        return entries.size();
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    @Nullable
    Entry first() {
        return entries.isEmpty() ? null : (Entry) entries.first();
    }

    @Nullable
    Entry pollFirst() {
        return (Entry) entries.pollFirst();
    }

    /** Those behind a position, in order. */
    Iterator<Entry> after(Position position) {
        Iterator<Position> rest = entries.tailSet(position, false).iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return rest.hasNext();
            }

            @Override
            public Entry next() {
                return (Entry) rest.next();
            }
        };
    }
}
