package io.jobq.redis;

import io.jobq.spi.Retention;
import io.jobq.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** Storages for whom time passes as a test says: what its clock has moved is added to Redis' own. */
final class ShiftedRedis {
    /** Where the clocks of the testkit start. */
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private ShiftedRedis() {}

    static RedisStorage create(String uri, Retention retention, ManualClock clock) {
        RedisOptions options =
                RedisOptions.of(uri).withPrefix(TestRedis.prefix()).withRetention(retention);
        return RedisStorage.connect(
                options, () -> TimeUnit.NANOSECONDS.toMicros(shift(clock).toNanos()));
    }

    static Instant now(ManualClock clock) {
        return Instant.now().plus(shift(clock));
    }

    private static Duration shift(ManualClock clock) {
        return Duration.between(START, clock.instant());
    }
}
