package io.jobq.memory;

import java.util.Iterator;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A line that is joined anywhere: a red-black tree. */
final class TreeLine implements Line {
    private final TreeSet<Position> entries = new TreeSet<>();

    @Override
    public void add(Entry entry) {
        entries.add(entry);
    }

    @Override
    public void remove(Entry entry) {
        entries.remove(entry);
    }

    @Override
    public int size() {
        return entries.size();
    }

    @Override
    public @Nullable Entry first() {
        return entries.isEmpty() ? null : (Entry) entries.first();
    }

    @Override
    public @Nullable Entry pollFirst() {
        return (Entry) entries.pollFirst();
    }

    @Override
    public Iterator<Entry> after(Position position) {
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
