package io.jobq.redis;

import io.jobq.spi.Retention;
import io.jobq.spi.Storage;
import io.jobq.testkit.ManualClock;
import io.jobq.testkit.RandomStorageCheck;
import io.jobq.testkit.StorageFactory;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Random calls, beside the model that the in-memory storage is checked with too. */
class RedisModelTest implements StorageFactory {
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

    @Test
    void answersAsTheModelDoes() {
        new RandomStorageCheck(this).runMany(30, 50);
    }
}
