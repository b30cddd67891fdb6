package io.jobq.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TestRedisTest {
    @Test
    void answersAndIsSharedByTheJvm() {
        try (RedisClient client = RedisClient.create(TestRedis.uri())) {
            assertThat(client.connect().sync().ping()).isEqualTo("PONG");
        }
        assertThat(TestRedis.uri()).isEqualTo(TestRedis.uri());
    }

    @Test
    void prefixesAreFresh() {
        assertThat(TestRedis.prefix()).matches("t\\d+-\\d+").isNotEqualTo(TestRedis.prefix());
    }

    @Test
    void takesWhatTheEnvironmentNames() {
        try (RedisProcess redis = RedisProcess.start()) {
            TestRedis.Found found = TestRedis.find(Map.of("JOBQ_TEST_REDIS_URI", redis.uri()));
            assertThat(found.uri()).isEqualTo(redis.uri());
            assertThat(found.version()).isEqualTo(RedisBinary.chosen().version());
        }
    }
}
