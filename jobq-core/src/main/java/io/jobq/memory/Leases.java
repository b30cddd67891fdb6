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
    /** The bucket of the batch at hand; not in the tree once it is empty. */
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
            entry.bucket = this;
            entry.slot = held.size();
            held.add(entry);
            live++;
        }
    }

    /** Starts or prolongs a lease. */
    void hold(Entry entry, long expiresAt) {
        Bucket held = entry.bucket;
        if (held == null || held.expiresAt != expiresAt) {
            end(entry);
            until(expiresAt).hold(entry);
        }
    }

    private Bucket until(long expiresAt) {
        Bucket bucket = latest;
        if (bucket == null || bucket.expiresAt != expiresAt || bucket.live == 0) {
            bucket = buckets.computeIfAbsent(expiresAt, Bucket::new);
            latest = bucket;
        }
        return bucket;
    }

    void end(Entry entry) {
        Bucket bucket = entry.bucket;
        if (bucket == null) {
            return;
        }
        entry.bucket = null;
        bucket.held.set(entry.slot, null);
        if (--bucket.live == 0) {
            buckets.remove(bucket.expiresAt);
        }
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
