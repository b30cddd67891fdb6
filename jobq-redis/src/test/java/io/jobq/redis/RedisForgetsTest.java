package io.jobq.redis;

import io.jobq.spi.Retention;
import io.jobq.spi.Storage;
import io.jobq.testkit.ForgetfulStorageContract;
import io.jobq.testkit.ManualClock;
import java.time.Instant;

/** What holds when Redis goes back to an earlier state, as it does at a failover. */
class RedisForgetsTest extends ForgetfulStorageContract {
    @Override
    public Storage create(Retention retention, ManualClock clock) {
        return ShiftedRedis.create(TestRedis.uri(), retention, clock);
    }

    @Override
    public Runnable remember(Storage storage) {
        return ShiftedRedis.remember(storage);
    }

    @Override
    public Instant now(ManualClock clock) {
        return ShiftedRedis.now(clock);
    }
}
