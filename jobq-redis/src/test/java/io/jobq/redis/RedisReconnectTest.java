package io.jobq.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.Job;
import io.jobq.JobHandle;
import io.jobq.JobQ;
import io.jobq.JobState;
import io.jobq.spi.Signal;
import io.jobq.spi.StorageException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Breaks under load after which everything must go on by itself, and nothing that was accepted may be missing. */
class RedisReconnectTest {
    private RedisProcess redis;

    @BeforeEach
    void start() {
        redis = RedisProcess.start("--appendonly", "yes", "--appendfsync", "always");
    }

    @AfterEach
    void stop() {
        redis.close();
    }

    private static RedisOptions options(String uri) {
        return RedisOptions.of(uri).withTimeout(Duration.ofSeconds(1));
    }

    @Test
    void aRestart() throws InterruptedException {
        try (Load load = new Load(options(redis.uri()))) {
            load.awaitProgress();
            redis.stop();
            redis.restart();
            load.awaitProgress();
            redis.kill();
            redis.restart();
            load.awaitProgress();
            load.awaitAll();
        }
    }

    @Test
    void killedConnections() throws InterruptedException {
        try (Load load = new Load(options(redis.uri()))) {
            for (int i = 0; i < 5; i++) {
                load.awaitProgress();
                redis.ask("CLIENT", "KILL", "TYPE", "normal");
                redis.ask("CLIENT", "KILL", "TYPE", "pubsub");
            }
            load.awaitProgress();
            load.awaitAll();
        }
    }

    @Test
    void listenersAreToldThatTheyMayHaveMissedSomething() {
        try (RedisStorage storage = RedisStorage.connect(options(redis.uri()))) {
            List<Signal> heard = new CopyOnWriteArrayList<>();
            storage.jobs().listen(Set.of(Signal.Kind.RESUMED), heard::add);
            for (int breaks = 1; breaks <= 2; breaks++) {
                int told = breaks;
                assertThat(heard).hasSize(told - 1);
                redis.ask("CLIENT", "KILL", "TYPE", "pubsub");
                RedisProcess.patiently().until(() -> heard.size() == told);
            }
            assertThat(heard).containsOnly(new Signal(Signal.Kind.RESUMED, "", List.of()));
        }
    }

    @Test
    void aNetworkThatIsCutAndOneThatIsSilent() throws Exception {
        try (TcpProxy proxy = TcpProxy.to(redis.port());
                Load load = new Load(options(proxy.uri()))) {
            load.awaitProgress();
            proxy.cut();
            RedisProcess.patiently().until(() -> proxy.connections() == 0);
            proxy.heal();
            load.awaitProgress();
            proxy.stall();
            load.awaitRefusals(3); // by when the silent connection has been given up
            proxy.heal();
            load.awaitProgress();
            load.awaitAll();
        }
    }

    @Test
    void aSystemThatIsStartedWhileRedisIsAwayMayBeStartedAgain() throws Exception {
        try (TcpProxy proxy = TcpProxy.to(redis.port());
                RedisStorage storage = RedisStorage.connect(options(proxy.uri()));
                JobQ jobq = JobQ.builder()
                        .storage(storage)
                        .handle("send", Integer.class, (n, job) -> {})
                        .build()) {
            JobHandle handle = jobq.enqueue(Job.of("send", 21));
            proxy.cut();
            assertThatThrownBy(jobq::start)
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("cannot reach Redis");
            proxy.heal();
            RedisProcess.patiently().ignoreExceptions().until(() -> jobq.start() == jobq);

            RedisProcess.patiently()
                    .ignoreExceptions()
                    .until(() -> handle.find()
                            .filter(job -> job.state() == JobState.SUCCEEDED)
                            .isPresent());
        }
    }

    @Test
    void scriptsThatRedisHasForgotten() throws InterruptedException {
        try (Load load = new Load(options(redis.uri()))) {
            load.awaitProgress();
            assertThat(redis.ask("SCRIPT", "FLUSH")).isEqualTo("OK");
            load.awaitProgress();
            load.awaitAll();
            assertThat(load.repeated()).isZero();
        }
    }
}
