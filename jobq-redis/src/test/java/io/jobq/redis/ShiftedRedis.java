package io.jobq.redis;

import io.jobq.spi.Retention;
import io.jobq.spi.Storage;
import io.jobq.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;

/** Storages for whom time passes as a test says: what its clock has moved is added to Redis' own. */
final class ShiftedRedis {
    /** Where the clocks of the testkit start. */
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private static final Map<Storage, RedisOptions> OPTIONS = Collections.synchronizedMap(new WeakHashMap<>());

    private ShiftedRedis() {}

    static RedisStorage create(String uri, Retention retention, ManualClock clock) {
        RedisOptions options =
                RedisOptions.of(uri).withPrefix(TestRedis.prefix()).withRetention(retention);
        RedisStorage storage = RedisStorage.connect(
                options, () -> TimeUnit.NANOSECONDS.toMicros(shift(clock).toNanos()));
        OPTIONS.put(storage, options);
        return storage;
    }

    /** What brings a storage that was made here back to what it holds now. Not in a Cluster. */
    static Runnable remember(Storage storage) {
        RedisOptions options = Objects.requireNonNull(OPTIONS.get(storage));
        return RedisSnapshot.take(options.uri(), options.prefix())::restore;
    }

    static Instant now(ManualClock clock) {
        return Instant.now().plus(shift(clock));
    }

    private static Duration shift(ManualClock clock) {
        return Duration.between(START, clock.instant());
    }
}
