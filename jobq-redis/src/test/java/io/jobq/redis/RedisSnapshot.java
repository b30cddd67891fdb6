package io.jobq.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RestoreArgs;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanIterator;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** All keys with a prefix, as they were once, to bring Redis back to that: what a replica has that missed the rest. */
final class RedisSnapshot {
    private final String uri;
    private final String prefix;
    private final List<Dumped> dumped = new ArrayList<>();

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Dumped(byte[] key, byte[] value, long ttl) {}

    private interface Work {
        void on(RedisCommands<byte[], byte[]> redis);
    }

    private RedisSnapshot(String uri, String prefix) {
        this.uri = uri;
        this.prefix = prefix;
    }

    static RedisSnapshot take(String uri, String prefix) {
        RedisSnapshot snapshot = new RedisSnapshot(uri, prefix);
        snapshot.connected(redis -> snapshot.keys(redis).forEach(key -> {
            byte[] value = redis.dump(key);
            if (value != null) {
                snapshot.dumped.add(new Dumped(key, value, Math.max(0, Objects.requireNonNull(redis.pttl(key)))));
            }
        }));
        return snapshot;
    }

    /** In one step, as a failover is. */
    void restore() {
        connected(redis -> {
            List<byte[]> present = keys(redis);
            redis.multi();
            present.forEach(redis::del);
            dumped.forEach(each -> redis.restore(
                    each.key, each.value, RestoreArgs.Builder.ttl(each.ttl).replace()));
            redis.exec();
        });
    }

    private List<byte[]> keys(RedisCommands<byte[], byte[]> redis) {
        List<byte[]> keys = new ArrayList<>();
        ScanIterator.scan(redis, ScanArgs.Builder.matches(prefix + ":*").limit(1_000))
                .forEachRemaining(keys::add);
        return keys;
    }

    private void connected(Work work) {
        try (RedisClient client = RedisClient.create(uri);
                StatefulRedisConnection<byte[], byte[]> connection = client.connect(ByteArrayCodec.INSTANCE)) {
            work.on(connection.sync());
        }
    }
}
