package io.jobq.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BareRedisTest {
    @Test
    void readsAFieldOfInfo() {
        String info = "# Memory\r\nused_memory_rss:5\r\nused_memory:123456\r\nused_memory_human:1K\r\n";

        assertThat(BareRedis.field(info, "used_memory")).isEqualTo(123_456);
        assertThatThrownBy(() -> BareRedis.field(info, "maxmemory")).hasMessageContaining("maxmemory");
    }

    @Test
    void makesPrefixesThatNoPatternMisreads() {
        assertThat(BareRedis.newPrefix("bench")).matches("bench-[0-9a-z]+").isNotEqualTo(BareRedis.newPrefix("bench"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis", "rediss", "redis-sentinel", "redis-cluster"})
    void isReachedByEveryScheme(String scheme) {
        assertThat(StorageFactory.of(scheme + "://127.0.0.1:6379")).isInstanceOf(RedisStorageFactory.class);
    }
}
