package io.jobq.benchmarks;

import io.jobq.redis.RedisOptions;
import io.jobq.redis.RedisStorage;
import io.jobq.spi.JobAdmin;
import io.jobq.spi.JobStore;
import io.jobq.spi.Registry;
import io.jobq.spi.Storage;
import java.util.OptionalLong;

/** Storages in a Redis that may hold other things too: each has a prefix of its own and takes its keys away again. */
final class RedisStorageFactory implements StorageFactory {
    private final String scheme;

    RedisStorageFactory(String scheme) {
        this.scheme = scheme;
    }

    @Override
    public String scheme() {
        return scheme;
    }

    @Override
    public Storage open(String uri) {
        String prefix = BareRedis.newPrefix("bench");
        return new Scratch(RedisStorage.connect(RedisOptions.of(uri).withPrefix(prefix)), uri, prefix);
    }

    /** What all of Redis uses, so nobody else should work on it meanwhile. */
    @Override
    public OptionalLong usedBytes(String uri) {
        try (BareRedis redis = BareRedis.connect(uri)) {
            return OptionalLong.of(redis.usedBytes());
        }
    }

    /** A storage whose keys go when it is closed. */
    private record Scratch(Storage storage, String uri, String prefix) implements Storage {
        @Override
        public JobStore jobs() {
            return storage.jobs();
        }

        @Override
        public JobAdmin admin() {
            return storage.admin();
        }

        @Override
        public Registry registry() {
            return storage.registry();
        }

        @Override
        public void close() {
            storage.close();
            try (BareRedis redis = BareRedis.connect(uri)) {
                redis.deleteKeys(prefix);
            }
        }
    }
}
