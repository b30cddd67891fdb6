package io.jobq.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.jobq.Job;
import io.jobq.JobId;
import io.jobq.JobQ;
import io.jobq.WorkerOptions;
import io.jobq.scheduler.Interval;
import io.jobq.scheduler.Scheduler;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import io.jobq.spi.Payload;
import io.jobq.spi.Signal;
import io.jobq.spi.StorageException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a long outage leaves behind, and how long an enqueue tries. */
class RedisOutageTest {
    /** By when Lettuce's own delay has grown to 16 seconds. */
    private static final Duration LONG = Duration.ofSeconds(18);

    private static final Duration SOON = Duration.ofSeconds(2);

    @Test
    void everythingGoesOnWithinTwoSecondsAfterALongOutage() {
        AtomicInteger ran = new AtomicInteger();
        AtomicInteger ticks = new AtomicInteger();
        AtomicInteger resumed = new AtomicInteger();
        try (RedisProcess redis = RedisProcess.start("--appendonly", "yes", "--appendfsync", "always");
                RedisStorage working = RedisStorage.connect(redis.uri());
                RedisStorage producing = RedisStorage.connect(redis.uri());
                JobQ worker = JobQ.builder()
                        .storage(working)
                        .handle("count", Integer.class, (number, job) -> ran.incrementAndGet())
                        .handle("tick", Void.class, (nothing, job) -> ticks.incrementAndGet())
                        .worker(WorkerOptions.DEFAULT)
                        .start();
                JobQ producer = JobQ.builder().storage(producing).build();
                Scheduler scheduler = Scheduler.of(worker).start()) {
            producing.jobs().listen(Set.of(Signal.Kind.RESUMED), signal -> resumed.incrementAndGet());
            scheduler.schedule("ticks", Interval.every(Duration.ofSeconds(1), Instant.EPOCH), Job.of("tick"));
            producer.enqueue(Job.of("count", 1));
            RedisProcess.patiently().until(() -> ran.get() == 1 && ticks.get() > 0);

            redis.kill();
            await().pollDelay(LONG).atMost(LONG.plusSeconds(5)).until(() -> true);
            redis.restart();
            int ticksBefore = ticks.get();
            CompletableFuture.runAsync(() -> producer.enqueue(Job.of("count", 2)));
            await().atMost(SOON).untilAsserted(() -> {
                assertThat(ran).as("jobs run").hasValue(2);
                assertThat(resumed).as("subscriptions back").hasPositiveValue();
            });
            await().atMost(SOON).untilAsserted(() -> assertThat(ticks.get()).isGreaterThan(ticksBefore));
        }
    }

    @Test
    void anEnqueueTriesUntilItsTimeout() throws Exception {
        Duration timeout = Duration.ofSeconds(2);
        try (RedisProcess redis = RedisProcess.start();
                TcpProxy proxy = TcpProxy.to(redis.port());
                RedisStorage storage =
                        RedisStorage.connect(RedisOptions.of(proxy.uri()).withTimeout(timeout))) {
            NewJob job = new NewJob(JobId.next(), "mail", "send", new Payload(1, new byte[] {'1'}), JobOptions.DEFAULT);
            proxy.cut();
            long begun = System.nanoTime();
            assertThatThrownBy(() -> storage.jobs().insert(List.of(job))).isInstanceOf(StorageException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isBetween(timeout, timeout.multipliedBy(2));
        }
    }
}
