package io.jobq.redis;

import io.jobq.spi.Retention;
import io.jobq.spi.Storage;
import io.jobq.testkit.JobStoreContract;
import io.jobq.testkit.ManualClock;
import java.time.Instant;

/** The contract, on the one Redis that the tests have. */
class RedisStorageTest extends JobStoreContract {
    @Override
    public Storage create(Retention retention, ManualClock clock) {
        return ShiftedRedis.create(TestRedis.uri(), retention, clock);
    }

    @Override
    public Instant now(ManualClock clock) {
        return ShiftedRedis.now(clock);
    }
}
