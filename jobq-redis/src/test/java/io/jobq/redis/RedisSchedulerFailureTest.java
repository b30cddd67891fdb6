package io.jobq.redis;

import io.jobq.scheduler.SchedulerFailureContract;
import io.jobq.spi.Retention;
import io.jobq.spi.Storage;
import io.jobq.testkit.ManualClock;
import java.time.Instant;

/** What schedulers promise when something goes wrong, on Redis. */
class RedisSchedulerFailureTest extends SchedulerFailureContract {
    @Override
    public Storage create(Retention retention, ManualClock clock) {
        return ShiftedRedis.create(TestRedis.uri(), retention, clock);
    }

    @Override
    public Instant now(ManualClock clock) {
        return ShiftedRedis.now(clock);
    }
}
