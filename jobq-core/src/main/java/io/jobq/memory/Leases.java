package io.jobq.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Running entries by when their leases run out. Those that end in the same millisecond share a bucket, so a batch costs
 * one tree operation, and ending a lease clears one slot of an array.
 */
final class Leases {
    private final TreeMap<Long, Bucket> buckets = new TreeMap<>();
    /** The bucket of the batch at hand, to save looking for it; in the tree, like all. */
    private @Nullable Bucket latest;

    /** Entries whose leases end together; ended ones leave a null behind. */
    static final class Bucket {
        private final long expiresAt;
        private final List<@Nullable Entry> held = new ArrayList<>();
        private int live;

        Bucket(long expiresAt) {
            this.expiresAt = expiresAt;
        }

        private void hold(Entry entry) {
            entry.leaseEnd = expiresAt;
            entry.slot = held.size();
            held.add(entry);
            live++;
        }
    }

    /** Starts a lease. */
    void hold(Entry entry, long expiresAt) {
        Bucket bucket = find(expiresAt);
        if (bucket == null) {
            bucket = new Bucket(expiresAt);
            buckets.put(expiresAt, bucket);
            latest = bucket;
        }
        bucket.hold(entry);
    }

    /** Makes a lease last until then. */
    void prolong(Entry entry, long expiresAt) {
        if (entry.leaseEnd != expiresAt) {
            end(entry);
            hold(entry, expiresAt);
        }
    }

    /** Ends the lease of an entry that has one. */
    void end(Entry entry) {
        Bucket bucket = find(entry.leaseEnd);
        if (bucket == null) {
            throw new IllegalStateException("no leases end at " + entry.leaseEnd);
        }
        bucket.held.set(entry.slot, null);
        if (--bucket.live == 0) {
            buckets.remove(bucket.expiresAt);
            latest = null;
        }
    }

    private @Nullable Bucket find(long expiresAt) {
        Bucket bucket = latest;
        if (bucket == null || bucket.expiresAt != expiresAt) {
            bucket = buckets.get(expiresAt);
            latest = bucket;
        }
        return bucket;
    }

    void clear() {
        buckets.clear();
        latest = null;
    }

    /** Entries whose leases have run out, oldest first, at most so many. */
    List<Entry> expired(long now, int limit) {
        List<Entry> found = new ArrayList<>();
        for (Map.Entry<Long, Bucket> each : buckets.headMap(now, true).entrySet()) {
            for (Entry entry : each.getValue().held) {
                if (found.size() >= limit) {
                    return found;
                }
                if (entry != null) {
                    found.add(entry);
                }
            }
        }
        return found;
    }
}
