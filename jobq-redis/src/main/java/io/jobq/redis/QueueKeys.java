package io.jobq.redis;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The keys of one queue, or of one partition of it, all in one slot of a Cluster, in the order in which every script
 * takes them; see {@code docs/redis-layout.md}.
 *
 * @param queue the queue's name
 * @param partition which partition, 0 if there is but one
 * @param partitions how many there are
 * @param keys the keys
 * @param name the queue's name as scripts take it
 */
@SuppressWarnings("ArrayRecordComponent") // shared, never changed or compared
record QueueKeys(String queue, int partition, int partitions, byte[][] keys, byte[] name) {
    private static final List<String> NAMES = List.of(
            "jobs",
            "state",
            "scheduled",
            "claims",
            "leases",
            "succeeded",
            "dead",
            "cancelled",
            "parked",
            "unique",
            "holds",
            "story",
            "meta",
            "idle",
            "shared",
            "tenants",
            "rules",
            "running",
            "rates",
            "aside",
            "held",
            "aging",
            "windows",
            "guards");
    private static final int META = NAMES.indexOf("meta");
    private static final int GUARDS = NAMES.size() - 1;
    private static final int LEVELS = 10;

    static QueueKeys of(String prefix, String queue, int partition, int partitions) {
        String tag = escape(queue) + (partitions > 1 ? "#" + partition : "");
        String base = prefix + ":{" + tag + "}:";
        byte[][] keys = new byte[NAMES.size() + LEVELS][];
        for (int i = 0; i < NAMES.size(); i++) {
            keys[i] = bytes(base + NAMES.get(i));
        }
        for (int level = 0; level < LEVELS; level++) {
            keys[NAMES.size() + level] = bytes(base + "ready:" + level);
        }
        return new QueueKeys(queue, partition, partitions, keys, bytes(queue));
    }

    /** The hash of its counters. */
    byte[] meta() {
        return keys[META];
    }

    /** The hash of the registry's entries that guard jobs. */
    byte[] guards() {
        return keys[GUARDS];
    }

    /** A random number for a claim, which tells the partition, so that a lease alone leads there. */
    long nonce() {
        return ThreadLocalRandom.current().nextLong(Long.MAX_VALUE) / partitions * partitions + partition;
    }

    private static String escape(String queue) {
        return queue.replace("%", "%25").replace("{", "%7B").replace("}", "%7D").replace("#", "%23");
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
