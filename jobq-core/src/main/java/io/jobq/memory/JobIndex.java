package io.jobq.memory;

import io.jobq.JobId;
import org.jspecify.annotations.Nullable;

/**
 * Entries by id: a hash table chained through the entries themselves. Unlike {@link java.util.HashMap} it puts ids that
 * were made one after the other side by side, so that with millions of jobs a batch touches a few cache lines and
 * garbage-collector cards instead of one per job.
 */
final class JobIndex {
    private static final int SMALLEST = 1_024;
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

    private @Nullable Entry[] buckets = new @Nullable Entry[SMALLEST];
    private int size;

    /**
     * For ids of version 7: a random place for each millisecond, plus the counter within it. Other ids have their time,
     * if any, elsewhere.
     */
    private static int hash(JobId id) {
        long high = id.high();
        if ((high & 0xf000) != 0x7000) {
            return id.hashCode();
        }
        return (int) (((high >>> 16) * GOLDEN_GAMMA) >>> 32) + (int) (high & 0xfff);
    }

    @Nullable
    Entry get(JobId id) {
        Entry entry = buckets[hash(id) & (buckets.length - 1)];
        while (entry != null && !entry.job.id().equals(id)) {
            entry = entry.nextInBucket;
        }
        return entry;
    }

    /** Adds an entry whose id is not in the table. */
    void add(Entry entry) {
        if (size == buckets.length) {
            resize(2 * buckets.length);
        }
        link(entry);
        size++;
    }

    private void link(Entry entry) {
        int bucket = hash(entry.job.id()) & (buckets.length - 1);
        entry.nextInBucket = buckets[bucket];
        buckets[bucket] = entry;
    }

    /** Takes out an entry that is in the table. */
    void remove(Entry entry) {
        int bucket = hash(entry.job.id()) & (buckets.length - 1);
        Entry before = null;
        Entry each = buckets[bucket];
        while (each != null && each != entry) {
            before = each;
            each = each.nextInBucket;
        }
        if (before == null) {
            buckets[bucket] = entry.nextInBucket;
        } else {
            before.nextInBucket = entry.nextInBucket;
        }
        entry.nextInBucket = null;
        size--;
        if (buckets.length > SMALLEST && size < buckets.length / 8) {
            resize(buckets.length / 2);
        }
    }

    void clear() {
        buckets = new @Nullable Entry[SMALLEST];
        size = 0;
    }

    private void resize(int length) {
        @Nullable Entry[] old = buckets;
        buckets = new @Nullable Entry[length];
        for (Entry first : old) {
            for (Entry each = first; each != null; ) {
                Entry next = each.nextInBucket;
                link(each);
                each = next;
            }
        }
    }
}
