package io.jobq.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TcpProxyTest {
    private RedisProcess redis;
    private TcpProxy proxy;
    private RedisClient client;
    private StatefulRedisConnection<String, String> connection;
    private RedisCommands<String, String> commands;

    @BeforeEach
    void start() throws IOException {
        redis = RedisProcess.start();
        proxy = TcpProxy.to(redis.port());
        client = RedisClient.create(proxy.uri());
        client.setOptions(ClientOptions.builder()
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .build());
        connection = client.connect();
        commands = connection.sync();
    }

    @AfterEach
    void stop() throws IOException {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
        proxy.close();
        redis.close();
    }

    @Test
    void passesMuch() {
        String value = "x".repeat(1_000_000);
        commands.set("a", value);
        assertThat(commands.get("a")).isEqualTo(value);
        assertThat(proxy.connections()).isEqualTo(1);
    }

    @Test
    void cutEndsConnectionsUntilItHeals() {
        proxy.cut();
        assertThatThrownBy(commands::ping).isInstanceOf(RedisException.class);
        assertThatThrownBy(() -> RawRedis.ask(proxy.port(), "PING")).isInstanceOf(UncheckedIOException.class);
        assertThat(proxy.connections()).isZero();

        proxy.heal();

        RedisProcess.patiently().until(() -> commands.ping().equals("PONG"));
    }

    @Test
    void stallPassesNothingUntilItHeals() throws Exception {
        proxy.stall();
        RedisFuture<String> set = connection.async().set("a", "1");
        assertThatThrownBy(() -> set.get(100, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        assertThat(redis.ask("GET", "a")).isEmpty();

        proxy.heal();

        assertThat(set.get(20, TimeUnit.SECONDS)).isEqualTo("OK");
    }

    @Test
    void stalledRepliesAreOfCommandsThatRan() throws Exception {
        proxy.stallReplies();
        RedisFuture<String> set = connection.async().set("a", "1");
        RedisProcess.patiently().until(() -> redis.ask("GET", "a").equals("1"));
        assertThat(set.isDone()).isFalse();

        proxy.heal();

        assertThat(set.get(20, TimeUnit.SECONDS)).isEqualTo("OK");
    }

    @Test
    void droppedReplyTakesTheConnectionAlong() {
        proxy.dropReplies(1);
        assertThatThrownBy(() -> RawRedis.ask(proxy.port(), "INCR", "a")).isInstanceOf(UncheckedIOException.class);
        assertThat(redis.ask("GET", "a")).isEqualTo("1");
        assertThat(RawRedis.ask(proxy.port(), "INCR", "a")).isEqualTo("2");
    }

    @Test
    void nothingListensAfterClose() throws IOException {
        proxy.close();
        assertThatThrownBy(() -> RawRedis.ask(proxy.port(), "PING")).hasMessageContaining("refused");
    }
}
