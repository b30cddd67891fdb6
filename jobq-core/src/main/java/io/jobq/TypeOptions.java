package io.jobq;

import io.jobq.spi.DurationText;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What jobs of a type have in common. Start from {@link #DEFAULT} and change what differs.
 *
 * @param queue where {@code JobQ.enqueue} sends them
 * @param timeout time limit per attempt; null for the system's
 * @param retry the retry policy; null for the queue's or system's
 * @param version the version of the payload that the handler takes, and that producers of this system write
 * @param aliases former names of the type
 * @param upcasters by version: turns a payload of that version into the next one's shape
 */
public record TypeOptions(
        String queue,
        @Nullable Duration timeout,
        @Nullable RetryPolicy retry,
        int version,
        Set<String> aliases,
        Map<Integer, UnaryOperator<JsonNode>> upcasters) {
    /** Queue {@code default}, version 1, everything else left to the queue and system. */
    public static final TypeOptions DEFAULT = new TypeOptions("default", null, null, 1, Set.of(), Map.of());

    /** Checks names and ranges. */
    public TypeOptions {
        Names.require("queue", queue);
        if (timeout != null && (timeout.isNegative() || timeout.isZero())) {
            throw new IllegalArgumentException("timeout must be positive, but is " + DurationText.of(timeout));
        }
        if (version < 1) {
            throw new IllegalArgumentException("version must be at least 1, but is " + version);
        }
        aliases = Set.copyOf(aliases);
        aliases.forEach(alias -> Names.require("job type", alias));
        upcasters = Map.copyOf(upcasters);
    }

    /** These options with another {@link #queue()}. */
    public TypeOptions withQueue(String changed) {
        return new TypeOptions(changed, timeout, retry, version, aliases, upcasters);
    }

    /** These options with another {@link #timeout()}. */
    public TypeOptions withTimeout(Duration changed) {
        return new TypeOptions(queue, changed, retry, version, aliases, upcasters);
    }

    /** These options with another {@link #retry()}. */
    public TypeOptions withRetry(RetryPolicy changed) {
        return new TypeOptions(queue, timeout, changed, version, aliases, upcasters);
    }

    /** These options with another {@link #version()}. */
    public TypeOptions withVersion(int changed) {
        return new TypeOptions(queue, timeout, retry, changed, aliases, upcasters);
    }

    /** These options with one more former name. */
    public TypeOptions withAlias(String formerName) {
        Set<String> more = new TreeSet<>(aliases);
        more.add(formerName);
        return new TypeOptions(queue, timeout, retry, version, more, upcasters);
    }

    /**
     * These options with a step from one version of the payload to the next.
     *
     * @param from the version it takes, 1 or more
     * @param step turns a payload of that version into one of version {@code from + 1}; it may change and return its
     *     argument
     */
    public TypeOptions withUpcaster(int from, UnaryOperator<JsonNode> step) {
        Map<Integer, UnaryOperator<JsonNode>> more = new LinkedHashMap<>(upcasters);
        more.put(from, step);
        return new TypeOptions(queue, timeout, retry, version, aliases, more);
    }
}
