package io.jobq.spi;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A small table of named JSON entries with optional expiry; shared by every process on the storage. */
public interface Registry {
    /**
     * Stores an entry if its version is the expected one.
     *
     * @param expectedVersion what {@link Entry#version()} must be now: 0 for "absent", -1 for "whatever it is"
     * @param ttl after this long without another put the entry is gone; null keeps it
     * @return whether it was stored
     */
    boolean put(Entry entry, long expectedVersion, @Nullable Duration ttl);

    /** All entries of a kind, ordered by key. */
    List<Entry> list(String kind);

    /** Removes an entry; returns whether it was there. */
    boolean remove(String kind, String key);

    /**
     * One entry.
     *
     * @param kind what it describes, {@code worker} for example
     * @param key its name within the kind
     * @param json its content
     * @param version 1 when first stored, one more with every put; ignored on the way in
     */
    record Entry(String kind, String key, String json, long version) {}
}
