package io.jobq.redis;

import io.jobq.spi.JobAdmin;
import io.jobq.spi.JobStore;
import io.jobq.spi.Registry;
import io.jobq.spi.Storage;

/** Jobs in Redis. */
public final class RedisStorage implements Storage {
    private RedisStorage() {}

    /** Connects with defaults. */
    public static RedisStorage connect(String uri) {
        return connect(RedisOptions.of(uri));
    }

    /** Connects. */
    public static RedisStorage connect(RedisOptions options) {
        return options.uri().isEmpty() ? connect(options.withPrefix("x")) : new RedisStorage();
    }

    @Override
    public JobStore jobs() {
        throw new UnsupportedOperationException();
    }

    @Override
    public JobAdmin admin() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Registry registry() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
