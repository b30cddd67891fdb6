package io.jobq.spi;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A small table of named JSON entries with optional expiry; shared by every process on the storage. Each call is atomic, except
 * that a list of many entries may be read in pieces: it has every entry that was there all the while.
 */
public interface Registry {
    /** Instead of a version: whatever it is. */
    long ANY_VERSION = -1;

    /**
     * Stores an entry if its version is the expected one.
     *
     * @param expectedVersion what {@link Entry#version()} must be now: 0 for "absent", {@link #ANY_VERSION} for "whatever it is"
     * @param ttl after this long without another put the entry is gone; null keeps it
     * @return whether it was stored
     */
    boolean put(Entry entry, long expectedVersion, @Nullable Duration ttl);

    /** One entry, or empty when there is none. */
    Optional<Entry> find(String kind, String key);

    /** All entries of a kind, ordered by key. */
    default List<Entry> list(String kind) {
        return changes(kind, 0).entries();
    }

    /**
     * The entries of a kind that were put after a call of this, to follow what others change. Removed ones are not told of; others may
     * come again. Costs
     * the same whatever the number of entries, if none was put.
     *
     * @param mark {@link Changes#mark} of that call; 0 for all entries
     */
    Changes changes(String kind, long mark);

    /**
     * Removes an entry if its version is the expected one, or {@link #ANY_VERSION} is.
     *
     * @return whether it was there and is gone
     */
    boolean remove(String kind, String key, long expectedVersion);

    /** Removes an entry; returns whether it was there. */
    default boolean remove(String kind, String key) {
        return remove(kind, key, ANY_VERSION);
    }

    /** The storage's clock, in whole milliseconds: what decides here when an entry expires or a job is due. */
    Instant now();

    /**
     * One entry.
     *
     * @param kind what it describes, {@code worker} for example
     * @param key its name within the kind
     * @param json its content
     * @param version greater when first stored than any that an entry of this kind and key had before it was removed, 1 for the
     *     first of a kind; one more with every put; ignored on the way in
     */
    record Entry(String kind, String key, String json, long version) {
        /** Rejects null, and a key without characters. */
        public Entry {
            Objects.requireNonNull(kind, "kind");
            Objects.requireNonNull(json, "json");
            if (key.isEmpty()) {
                throw new IllegalArgumentException("the key of an entry of kind '" + kind + "' is empty");
            }
        }
    }

    /**
     * What was put.
     *
     * @param mark where to go on
     * @param entries as they are now, ordered by key
     */
    record Changes(long mark, List<Entry> entries) {
        /** Copies the list. */
        public Changes {
            entries = List.copyOf(entries);
        }
    }
}
