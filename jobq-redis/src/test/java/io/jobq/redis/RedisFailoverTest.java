package io.jobq.redis;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Losing a primary under load. Replicas confirm each insert and settlement, so nothing accepted may be missing. */
class RedisFailoverTest {
    private static RedisOptions options(String uri) {
        return RedisOptions.of(uri).withTimeout(Duration.ofSeconds(1)).withReplicas(1);
    }

    @Test
    void sentinelsChooseAnotherPrimary() throws InterruptedException {
        try (SentinelTrio sentinels = SentinelTrio.start();
                Load load = new Load(options(sentinels.uri()))) {
            load.awaitProgress();
            RedisProcess lost = sentinels.killPrimary();
            sentinels.awaitFailover();
            lost.restart(); // it comes back as the new primary's replica, or no change could be confirmed
            load.awaitProgress();
            load.awaitAll();
        }
    }

    @Test
    void aClusterMayAnswerThroughItsReplicas() {
        try (RedisCluster cluster = RedisCluster.start(1)) {
            for (int i = 0; i < 20; i++) { // Lettuce asks any node
                RedisStorage.connect(options(cluster.uri())).close();
            }
        }
    }

    @Test
    void aClusterLosesAPrimary() throws InterruptedException {
        try (RedisCluster cluster = RedisCluster.start(1);
                Load load = new Load(options(cluster.uri()))) {
            load.awaitProgress();
            RedisProcess lost = cluster.killPrimaryOf("jobq:{default}:jobs");
            cluster.awaitFailover(lost);
            lost.restart();
            load.awaitProgress();
            load.awaitAll();
        }
    }
}
