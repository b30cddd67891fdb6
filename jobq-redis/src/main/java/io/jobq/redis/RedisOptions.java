package io.jobq.redis;

import io.jobq.spi.DurationText;
import io.jobq.spi.Retention;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Where Redis is and how it is used. Every process of a system uses the same prefix and partitions.
 *
 * @param uri {@code redis://[user:password@]host[:port][/database]}, {@code rediss://…} for TLS,
 *     {@code redis-sentinel://host[:port][,host[:port]…][/database]#primary} for Sentinel, and
 *     {@code redis-cluster://host[:port][,host[:port]…]} for Cluster, of which any nodes may be named
 * @param prefix begins every key, so that a Redis can be shared; no braces
 * @param timeout how long a call may take before it fails, 1 day at most
 * @param retention how long finished jobs are kept
 * @param replicas how many replicas must have an insert or a settlement before the call returns; 0 for none
 * @param outageBuffer how many jobs may wait in this process while Redis is away; 0 for none, so that {@code enqueue}
 *     fails then. What waits is lost if the process ends before Redis is back
 * @param partitions queues that are spread over so many slots of a Cluster, because they are too hot for one node
 */
public record RedisOptions(
        String uri,
        String prefix,
        Duration timeout,
        Retention retention,
        int replicas,
        int outageBuffer,
        Map<String, Integer> partitions) {
    private static final int PARTITIONS_AT_MOST = 1_024;
    private static final Duration LONGEST_TIMEOUT = Duration.ofDays(1);

    /** Checks and copies. */
    public RedisOptions {
        Objects.requireNonNull(uri, "uri");
        Objects.requireNonNull(retention, "retention");
        if (prefix.isEmpty() || prefix.contains("{") || prefix.contains("}")) {
            throw new IllegalArgumentException("prefix must be a text without braces, but is '" + prefix + "'");
        }
        if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
            throw new IllegalArgumentException(
                    "timeout must be positive and at most 1 day, but is " + DurationText.of(timeout));
        }
        if (replicas < 0) {
            throw new IllegalArgumentException("replicas must be 0 or more, but is " + replicas);
        }
        if (outageBuffer < 0) {
            throw new IllegalArgumentException("outageBuffer must be 0 or more jobs, but is " + outageBuffer);
        }
        partitions = Map.copyOf(partitions);
        partitions.forEach((queue, count) -> {
            if (count < 1 || count > PARTITIONS_AT_MOST) {
                throw new IllegalArgumentException("queue '" + queue + "' must have 1 to " + PARTITIONS_AT_MOST
                        + " partitions, but is given " + count);
            }
        });
    }

    /** The address without its user and password, for messages. */
    String shownUri() {
        return uri.replaceAll("//.*@", "//***@");
    }

    /** Without user and password. */
    @Override
    public String toString() {
        return "RedisOptions[uri=" + shownUri() + ", prefix=" + prefix + ", timeout=" + timeout + ", retention="
                + retention + ", replicas=" + replicas + ", outageBuffer=" + outageBuffer + ", partitions=" + partitions
                + "]";
    }

    /** Prefix {@code jobq}, 5 seconds, default retention, no replicas waited for, no buffer, no partitions. */
    public static RedisOptions of(String uri) {
        return new RedisOptions(uri, "jobq", Duration.ofSeconds(5), Retention.DEFAULT, 0, 0, Map.of());
    }

    /** These options with another prefix. */
    public RedisOptions withPrefix(String changed) {
        return new RedisOptions(uri, changed, timeout, retention, replicas, outageBuffer, partitions);
    }

    /** These options with another timeout. */
    public RedisOptions withTimeout(Duration changed) {
        return new RedisOptions(uri, prefix, changed, retention, replicas, outageBuffer, partitions);
    }

    /** These options with another retention. */
    public RedisOptions withRetention(Retention changed) {
        return new RedisOptions(uri, prefix, timeout, changed, replicas, outageBuffer, partitions);
    }

    /** These options, waiting for so many replicas. */
    public RedisOptions withReplicas(int changed) {
        return new RedisOptions(uri, prefix, timeout, retention, changed, outageBuffer, partitions);
    }

    /** These options with room for so many jobs while Redis is away. */
    public RedisOptions withOutageBuffer(int changed) {
        return new RedisOptions(uri, prefix, timeout, retention, replicas, changed, partitions);
    }

    /** These options with one more queue in partitions. */
    public RedisOptions withPartitions(String queue, int count) {
        Map<String, Integer> changed = new HashMap<>(partitions);
        changed.put(queue, count);
        return new RedisOptions(uri, prefix, timeout, retention, replicas, outageBuffer, changed);
    }
}
