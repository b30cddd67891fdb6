package io.jobq.memory;

import java.util.Iterator;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Entries in the order of their two keys. An entry's keys must not change while it is in a line. */
final class Line implements Iterable<Entry> {
    /** What a line is ordered by. */
    static class Key {
        long major;
        long minor;

        static Key of(long major, long minor) {
            Key key = new Key();
            key.major = major;
            key.minor = minor;
            return key;
        }
    }

    private final TreeSet<Key> entries = new TreeSet<>(Line::compare);

    private static int compare(Key a, Key b) {
        int byMajor = Long.compare(a.major, b.major);
        return byMajor != 0 ? byMajor : Long.compare(a.minor, b.minor);
    }

    void add(Entry entry) {
        entries.add(entry);
    }

    void remove(Entry entry) {
        entries.remove(entry);
    }

    int size() {
        return entries.size();
    }

    @Nullable
    Entry first() {
        return entries.isEmpty() ? null : (Entry) entries.first();
    }

    /** The first entry behind a key. */
    @Nullable
    Entry after(long major, long minor) {
        return (Entry) entries.higher(Key.of(major, minor));
    }

    /** The entries behind a key, in order. */
    Iterator<Entry> iteratorAfter(long major, long minor) {
        return entriesOf(entries.tailSet(Key.of(major, minor), false).iterator());
    }

    @Override
    public Iterator<Entry> iterator() {
        return entriesOf(entries.iterator());
    }

    private static Iterator<Entry> entriesOf(Iterator<Key> keys) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return keys.hasNext();
            }

            @Override
            public Entry next() {
                return (Entry) keys.next();
            }
        };
    }
}
