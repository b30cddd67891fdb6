package io.jobq.redis;

import io.jobq.spi.Retention;
import io.jobq.spi.Storage;
import io.jobq.testkit.JobStoreContract;
import io.jobq.testkit.ManualClock;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract, on a Cluster of three primaries. */
class RedisClusterStorageTest extends JobStoreContract {
    private static RedisCluster cluster;

    @BeforeAll
    static void start() {
        cluster = RedisCluster.start(0);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Override
    public Storage create(Retention retention, ManualClock clock) {
        return ShiftedRedis.create(cluster.uri(), retention, clock);
    }

    @Override
    public Instant now(ManualClock clock) {
        return ShiftedRedis.now(clock);
    }
}
