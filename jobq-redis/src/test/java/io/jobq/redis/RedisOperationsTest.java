package io.jobq.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.jobq.Job;
import io.jobq.JobHandle;
import io.jobq.JobQ;
import io.jobq.JobState;
import io.jobq.WorkerInfo;
import io.jobq.WorkerOptions;
import io.jobq.limits.Limit;
import io.jobq.limits.Limits;
import io.jobq.limits.Rate;
import io.jobq.operations.Bulk;
import io.jobq.operations.Explanation;
import io.jobq.operations.Operations;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An operator whose only link to the workers is Redis. */
@Timeout(60)
class RedisOperationsTest {
    private static final Duration SOON = Duration.ofSeconds(3);

    private final AtomicInteger running = new AtomicInteger();
    private final CountDownLatch go = new CountDownLatch(1);
    private final RedisOptions options = RedisOptions.of(TestRedis.uri()).withPrefix(TestRedis.prefix());
    private final RedisStorage working = RedisStorage.connect(options);
    private final RedisStorage storage = RedisStorage.connect(options);
    private final JobQ producer = JobQ.builder().storage(storage).build();
    private final Operations ops = Operations.of(storage, "ada");
    private final JobQ jobq = JobQ.builder()
            .storage(working)
            .handle("wait", Void.class, (nothing, job) -> {
                running.incrementAndGet();
                go.await();
            })
            .handle("quick", Void.class, (nothing, job) -> {})
            .worker(WorkerOptions.DEFAULT
                    .withConcurrency(1)
                    .withShutdownTimeout(Duration.ofMillis(50))
                    .withFallbackPoll(Duration.ofMinutes(1)))
            .start();
    private final String worker = jobq.workers().get(0).id();

    @AfterEach
    void close() {
        go.countDown();
        jobq.close();
        producer.close();
        storage.close();
        working.close();
    }

    private JobHandle enqueue(String type) {
        return producer.enqueue(Job.of(type));
    }

    private static JobState state(JobHandle handle) {
        return handle.find().orElseThrow().state();
    }

    @Test
    void workersObey() {
        await().until(() -> !ops.workers().isEmpty());
        List<JobHandle> jobs =
                IntStream.range(0, 3).mapToObj(i -> enqueue("wait")).toList();
        ops.concurrency(worker, 3);
        await().atMost(SOON).until(() -> running.get() == 3);
        ops.quiet(worker);
        await().atMost(SOON).until(() -> ops.workers().get(0).state() == WorkerInfo.State.QUIET);
        ops.stop(worker, Duration.ofMinutes(1));
        go.countDown();
        await().atMost(SOON).until(() -> ops.workers().isEmpty());

        assertThat(jobs).allMatch(job -> state(job) == JobState.SUCCEEDED);
    }

    @Test
    void aRunningJobIsCancelledWithinASecond() {
        JobHandle job = enqueue("wait");
        await().until(() -> running.get() == 1);
        ops.cancel(job.id(), "not wanted");

        await().atMost(Duration.ofSeconds(1)).until(() -> state(job) == JobState.CANCELLED);
    }

    @Test
    void idleWorkersAreWokenWhenAQueueGoesOn() {
        await().until(() -> !ops.workers().isEmpty());
        ops.pause("default");
        JobHandle job = enqueue("quick");
        await().during(Duration.ofMillis(300)).until(() -> state(job) == JobState.READY);
        assertThat(ops.explain(job.id())).isEqualTo(new Explanation.Paused("default"));
        ops.resume("default");

        await().atMost(Duration.ofSeconds(1)).until(() -> state(job) == JobState.SUCCEEDED);
    }

    @Test
    void whoIsHeldBackIsTold() {
        await().until(() -> !ops.workers().isEmpty());
        Limits limits = Limits.of(storage, "default");
        limits.pauseTenant("acme").type("wait", Limit.rate(new Rate(1, Duration.ofDays(1), 1)));
        JobHandle paused = producer.enqueue(Job.of("quick").tenant("acme"));
        await().atMost(SOON)
                .untilAsserted(() ->
                        assertThat(ops.explain(paused.id()).text()).isEqualTo("tenant 'acme' is paused; 1 job waits"));
        go.countDown();
        JobHandle first = enqueue("wait");
        await().atMost(SOON).until(() -> state(first) == JobState.SUCCEEDED);
        JobHandle second = enqueue("wait");
        Instant tomorrow = Instant.now().plus(Duration.ofHours(23));
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(ops.explain(second.id()))
                        .isInstanceOfSatisfying(
                                Explanation.HeldBack.class,
                                held -> assertThat(held.rule().until()).isAfter(tomorrow)));
        limits.resumeTenant("acme");

        await().atMost(SOON).until(() -> state(paused) == JobState.SUCCEEDED);
    }

    @Test
    void bulkActionsGoToTheEnd() {
        ops.pause("default");
        producer.queue("default")
                .enqueueAll(
                        IntStream.range(0, 1_500).mapToObj(i -> Job.of("quick")).toList());
        Bulk moved = ops.run(JobFilter.ALL.withType("quick"), new JobAction.Move("other"), bulk -> true);
        assertThat(moved.done()).isEqualTo(1_500);
        assertThat(ops.count(JobFilter.ALL.withQueue("other"), new JobAction.Delete()))
                .hasToString("1500");
        Bulk purge = ops.purge("other", "other");
        while (!purge.isComplete()) {
            purge = ops.goOn(purge);
        }
        assertThat(purge.done()).isEqualTo(1_500);
        assertThat(ops.audit()).hasSize(3);
    }
}
