package io.jobq.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SentinelTrioTest {
    @Test
    void replicaTakesOverAndAllAreGoneAfterClose() {
        SentinelTrio trio = SentinelTrio.start();
        try (trio;
                RedisClient client = RedisClient.create(trio.uri())) {
            RedisCommands<String, String> commands = client.connect().sync();
            commands.set("a", "1");
            assertThat(commands.waitForReplication(1, 5_000)).isEqualTo(1);
            RedisProcess replica = trio.replica();

            RedisProcess old = trio.killPrimary();

            assertThat(trio.awaitFailover()).isSameAs(replica).isSameAs(trio.primary());
            RedisProcess.patiently().until(() -> commands.get("a").equals("1"));
            assertThat(old.isAlive()).isFalse();
        }
        assertThat(Stream.concat(trio.servers().stream(), trio.sentinels().stream()))
                .hasSize(5)
                .noneMatch(RedisProcess::isAlive);
    }
}
