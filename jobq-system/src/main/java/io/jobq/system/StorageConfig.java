package io.jobq.system;

import io.jobq.redis.RedisOptions;
import io.jobq.spi.Retention;
import java.util.Objects;

/** Where the jobs live. */
public sealed interface StorageConfig {
    /**
     * In this process, gone when it ends.
     *
     * @param retention how long finished jobs are kept
     */
    record Memory(Retention retention) implements StorageConfig {
        /** Checks. */
        public Memory {
            Objects.requireNonNull(retention, "retention");
        }
    }

    /**
     * In Redis: one node, behind Sentinel, or a Cluster.
     *
     * @param options where, and how it is used; its text hides user and password
     */
    record Redis(RedisOptions options) implements StorageConfig {
        /** Checks. */
        public Redis {
            Objects.requireNonNull(options, "options");
        }
    }

    /** In memory, with the default retention. */
    static StorageConfig memory() {
        return new Memory(Retention.DEFAULT);
    }

    /** In Redis, with {@linkplain RedisOptions#of default options}. */
    static StorageConfig redis(String uri) {
        return new Redis(RedisOptions.of(uri));
    }
}
