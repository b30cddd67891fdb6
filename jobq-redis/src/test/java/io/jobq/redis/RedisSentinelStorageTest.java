package io.jobq.redis;

import io.jobq.spi.Retention;
import io.jobq.spi.Storage;
import io.jobq.testkit.JobStoreContract;
import io.jobq.testkit.ManualClock;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract, behind Sentinel. */
class RedisSentinelStorageTest extends JobStoreContract {
    private static SentinelTrio sentinels;

    @BeforeAll
    static void start() {
        sentinels = SentinelTrio.start();
    }

    @AfterAll
    static void stop() {
        sentinels.close();
    }

    @Override
    public Storage create(Retention retention, ManualClock clock) {
        return ShiftedRedis.create(sentinels.uri(), retention, clock);
    }

    @Override
    public Instant now(ManualClock clock) {
        return ShiftedRedis.now(clock);
    }
}
