package io.jobq.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.spi.Retention;
import io.jobq.testkit.IdempotencyStorm;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The storm with jobs and results in Redis, each process on connections of its own. */
@Timeout(240)
class RedisIdempotencyStormTest {
    private static final Retention ALL = new Retention(100_000, Duration.ofDays(1), 100_000, Duration.ofDays(1));

    @Test
    void eachEffectIsOnRecordOnce() {
        long seed = Long.getLong("jobq.seed", new Random().nextInt(Integer.MAX_VALUE));
        try (RedisProcess redis = RedisProcess.start()) {
            RedisOptions options = RedisOptions.of(redis.uri()).withRetention(ALL);
            System.out.println(new IdempotencyStorm(() -> peer(options)).run(seed, 1_000, 6));

            assertThat(redis.ask("KEYS", "jobq:idempotency:*").lines()).hasSize(1_000);
            assertThat(redis.ask("GET", "jobq:idempotency:effect::key 7")).startsWith("{\"state\":\"completed\"");
        }
    }

    private static IdempotencyStorm.Peer peer(RedisOptions options) {
        RedisStorage storage = RedisStorage.connect(options);
        return new IdempotencyStorm.Peer(storage, storage.idempotency(), storage::close);
    }
}
