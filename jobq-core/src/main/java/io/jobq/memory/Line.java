package io.jobq.memory;

import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Entries in the order of their keys, which must not change while an entry is in a line. */
sealed interface Line permits TreeLine, RingLine, LevelLine {
    void add(Entry entry);

    /** Takes out an entry that is in the line. */
    void remove(Entry entry);

    int size();

    default boolean isEmpty() {
        return size() == 0;
    }

    @Nullable
    Entry first();

    @Nullable
    Entry pollFirst();

    /** Those behind a position, in order; the line must not change meanwhile. */
    Iterator<Entry> after(Position position);
}
