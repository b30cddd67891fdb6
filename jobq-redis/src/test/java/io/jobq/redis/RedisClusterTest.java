package io.jobq.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.sync.RedisAdvancedClusterCommands;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RedisClusterTest {
    @Test
    void spreadsKeysAndIsGoneAfterClose() {
        RedisCluster cluster = RedisCluster.start(0);
        try (cluster;
                RedisClusterClient client = RedisClusterClient.create(seeds(cluster))) {
            RedisAdvancedClusterCommands<String, String> commands =
                    client.connect().sync();
            for (String key : List.of("a", "b", "c")) {
                commands.set(key, key);
                assertThat(cluster.primaryOf(key).ask("GET", key)).isEqualTo(key);
            }
            assertThat(cluster.nodes()).hasSize(3).contains(cluster.primaryOf(0), cluster.primaryOf(16_383));
        }
        assertThat(cluster.nodes()).noneMatch(RedisProcess::isAlive);
    }

    @Test
    void replicaTakesOverAndTheOldPrimaryComesBack() {
        try (RedisCluster cluster = RedisCluster.start(1)) {
            RedisProcess old = cluster.primaryOf("a");
            assertThat(old.ask("SET", "a", "1")).isEqualTo("OK");
            assertThat(old.ask("WAIT", "1", "5000")).isEqualTo("1");

            assertThat(cluster.killPrimaryOf("a")).isSameAs(old);
            cluster.awaitFailover(old);

            RedisProcess next = cluster.primaryOf("a");
            assertThat(next).isNotSameAs(old);
            assertThat(next.ask("GET", "a")).isEqualTo("1");
            old.restart();
            cluster.awaitHealthy();
            assertThat(old.info("role")).isEqualTo("slave");
        }
    }

    private static List<RedisURI> seeds(RedisCluster cluster) {
        String hosts = cluster.uri().substring("redis-cluster://".length());
        return Stream.of(hosts.split(","))
                .map(host -> RedisURI.create("redis://" + host))
                .toList();
    }
}
