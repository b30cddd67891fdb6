package io.jobq.examples;

import io.lettuce.core.RedisClient;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanIterator;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.List;

/** Looks at the keys of one Redis node, as {@code redis-cli KEYS} does, but by SCAN, which does not block Redis. */
final class RedisKeys {
    private RedisKeys() {}

    /** The keys with a prefix, in order, each with its type. */
    static List<String> list(String uri, String prefix) {
        try (RedisClient client = RedisClient.create(uri)) {
            RedisCommands<String, String> redis = client.connect().sync();
            return ScanIterator.scan(
                            redis, ScanArgs.Builder.matches(prefix + ":*").limit(1_000))
                    .stream()
                    .distinct() // SCAN may name a key twice
                    .sorted()
                    .map(key -> "%-6s %s".formatted(redis.type(key), key))
                    .toList();
        }
    }
}
