package io.jobq.redis;

import io.jobq.scheduler.SchedulerStorm;
import io.jobq.spi.Retention;
import io.jobq.spi.Storage;
import io.jobq.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;

/** Harm, on Redis; an hour of it with {@code -Djobq.storm.minutes=60}. */
class RedisSchedulerStormTest extends SchedulerStorm {
    @Override
    protected Duration time() {
        return Duration.ofMinutes(Integer.getInteger("jobq.storm.minutes", 3));
    }

    @Override
    public Storage create(Retention retention, ManualClock clock) {
        return ShiftedRedis.create(TestRedis.uri(), retention, clock);
    }

    @Override
    public Instant now(ManualClock clock) {
        return ShiftedRedis.now(clock);
    }
}
