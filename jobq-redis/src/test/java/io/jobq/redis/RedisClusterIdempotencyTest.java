package io.jobq.redis;

import io.jobq.idempotency.IdempotencyStore;
import io.jobq.spi.Retention;
import io.jobq.testkit.IdempotencyStoreContract;
import io.jobq.testkit.ManualClock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** The contract, on a Cluster of three primaries. */
class RedisClusterIdempotencyTest extends IdempotencyStoreContract {
    private static RedisCluster cluster;
    private RedisStorage storage;

    @BeforeAll
    static void start() {
        cluster = RedisCluster.start(0);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Override
    protected IdempotencyStore create(ManualClock clock) {
        storage = ShiftedRedis.create(cluster.uri(), Retention.DEFAULT, clock);
        return storage.idempotency();
    }

    @AfterEach
    void close() {
        storage.close();
    }
}
