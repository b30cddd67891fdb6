package io.jobq.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisClient;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;

class RedisProcessTest {
    @Test
    void startsAnswersAndIsGoneAfterClose() {
        RedisProcess redis = RedisProcess.start();
        try (redis;
                RedisClient client = RedisClient.create(redis.uri())) {
            assertThat(client.connect().sync().ping()).isEqualTo("PONG");
            assertThat(ProcessHandle.of(redis.pid())).isPresent();
        }
        assertThat(ProcessHandle.of(redis.pid())).isEmpty();
        assertThat(redis.isAlive()).isFalse();
    }

    @Test
    void keepsWhatIsAppendedWhenKilledAndStartedAgain() {
        try (RedisProcess redis = RedisProcess.start("--appendonly yes --appendfsync always")) {
            redis.ask("SET", "a", "1");
            long before = redis.pid();
            redis.kill();
            assertThatThrownBy(() -> redis.ask("PING")).isInstanceOf(UncheckedIOException.class);

            redis.restart();

            assertThat(redis.pid()).isNotEqualTo(before);
            assertThat(redis.ask("GET", "a")).isEqualTo("1");
        }
    }

    @Test
    void stopsInOrderEvenWhenPaused() {
        try (RedisProcess redis = RedisProcess.start("--maxmemory", "100mb", "--maxmemory-policy", "noeviction")) {
            redis.pause();
            assertThatThrownBy(() -> redis.ask("PING")).hasMessageContaining("timed out");
            redis.stop();
            assertThat(redis.isAlive()).isFalse();
        }
    }

    @Test
    void goesOnAfterAPause() {
        try (RedisProcess redis = RedisProcess.start()) {
            redis.pause();
            redis.resume();
            assertThat(redis.ask("ECHO", "grüße")).isEqualTo("grüße");
        }
    }

    @Test
    void tellsTheLogWhenAnOptionIsWrong() {
        assertThatThrownBy(() -> RedisProcess.start("--no-such-option 1")).hasMessageContaining("redis-logs");
    }

    @Test
    void bundledServerRuns() {
        try (RedisProcess redis = RedisProcess.start(RedisBinary.bundled())) {
            assertThat(redis.info("redis_version"))
                    .isEqualTo(RedisBinary.bundled().version())
                    .startsWith("6.2.");
        }
    }

    @Test
    void saysWhichServerItIs() {
        assertThat(RedisProcess.binary()).matches(".+ \\(.+\\) \\d+\\.\\d+\\.\\d+");
    }
}
