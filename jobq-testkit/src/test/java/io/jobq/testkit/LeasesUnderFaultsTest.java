package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.jobq.Job;
import io.jobq.JobContext;
import io.jobq.JobEnd;
import io.jobq.JobHandle;
import io.jobq.JobListener;
import io.jobq.JobQ;
import io.jobq.JobSnapshot;
import io.jobq.JobState;
import io.jobq.WorkerOptions;
import io.jobq.memory.InMemoryStorage;
import io.jobq.spi.Signal;
import io.jobq.testkit.FaultyStorage.Call;
import io.jobq.testkit.FaultyStorage.Fault;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a lease is good for while a handler runs, and what follows when it is lost; and what makes up for lost signals. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LeasesUnderFaultsTest {
    private static final Duration LEASE = Duration.ofSeconds(1);
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final WorkerOptions ONE =
            WorkerOptions.DEFAULT.withConcurrency(1).withLeaseTime(LEASE).withFallbackPoll(Duration.ofMillis(300));

    private final FaultyStorage storage = new FaultyStorage(new InMemoryStorage());
    private final JobQ producer = JobQ.builder().storage(storage).build();
    private final AtomicInteger runs = new AtomicInteger();
    private final CountDownLatch go = new CountDownLatch(1);

    /** Writes down how attempts end. */
    private static final class Ends implements JobListener {
        final List<JobEnd.Kind> kinds = new CopyOnWriteArrayList<>();
        final AtomicInteger lost = new AtomicInteger();

        @Override
        public void onEnd(JobContext job, JobEnd end) {
            kinds.add(end.kind());
        }

        @Override
        public void onLost(JobContext job) {
            lost.incrementAndGet();
        }
    }

    @AfterEach
    void close() {
        storage.heal();
        go.countDown();
        producer.close();
        storage.close();
    }

    private JobQ.Builder worker() {
        return JobQ.builder().storage(storage).worker(ONE);
    }

    private static JobSnapshot find(JobHandle handle) {
        return handle.find().orElseThrow();
    }

    private void renewalsFail(boolean fail) {
        storage.rule(call -> fail && call == Call.RENEW ? Fault.FAIL_BEFORE : Fault.NONE);
    }

    @Test
    void aHandlerMayRunForManyLeasesBesideAnIdleWorker() {
        try (JobQ first = worker().handle("long", Void.class, (n, job) -> outlast(3))
                        .start();
                JobQ second = worker().handle("long", Void.class, (n, job) -> outlast(3))
                        .start()) {
            assertThat(first.workers().get(0).id())
                    .isNotEqualTo(second.workers().get(0).id());
            JobHandle handle = producer.enqueue(Job.of("long"));
            await().atMost(SOON).until(() -> find(handle).state().isFinal());

            assertThat(find(handle).state()).isEqualTo(JobState.SUCCEEDED);
            assertThat(find(handle).losses()).isZero();
            assertThat(runs).hasValue(1);
        }
    }

    private void outlast(int leases) throws InterruptedException {
        runs.incrementAndGet();
        assertThat(go.await(LEASE.toMillis() * leases, TimeUnit.MILLISECONDS)).isFalse();
    }

    @Test
    void aLostLeaseStopsItsHandlerAndEndsAsReleased() {
        Ends ends = new Ends();
        List<Boolean> cancelled = new CopyOnWriteArrayList<>();
        try (JobQ jobq = worker().compute("wait", Void.class, (n, job) -> {
                    if (runs.incrementAndGet() == 1) {
                        awaitInterrupt(job, cancelled);
                    }
                    return "done";
                })
                .listener(ends)
                .start()) {
            JobHandle handle = producer.enqueue(Job.of("wait"));
            await().atMost(SOON).until(() -> runs.get() == 1);
            renewalsFail(true);
            await().atMost(SOON).until(() -> find(handle).losses() == 1);
            renewalsFail(false);

            assertThat(handle.result(String.class).join()).isEqualTo("done");
            assertThat(cancelled).containsExactly(true);
            assertThat(ends.lost).hasValue(1);
            assertThat(ends.kinds).containsExactly(JobEnd.Kind.RELEASED, JobEnd.Kind.SUCCEEDED);
            assertThat(jobq.health().up()).isTrue();
        }
    }

    private void awaitInterrupt(JobContext job, List<Boolean> cancelled) throws InterruptedException {
        try {
            go.await();
        } catch (InterruptedException stopped) {
            cancelled.add(job.isCancelled());
            throw stopped;
        }
    }

    @Test
    void aFailureThatComesTooLateIsCountedAsLostOnly() {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        try (JobQ jobq = worker().handle("late", Void.class, (n, job) -> {
                    if (runs.incrementAndGet() == 1) {
                        go.await();
                        throw new IllegalStateException("too late");
                    }
                })
                .meterRegistry(meters)
                .start()) {
            JobHandle handle = producer.enqueue(Job.of("late"));
            await().atMost(SOON).until(() -> runs.get() == 1);
            renewalsFail(true);
            await().atMost(SOON).until(() -> find(handle).losses() == 1);
            go.countDown();
            await().atMost(SOON).until(() -> find(handle).state() == JobState.SUCCEEDED);

            assertThat(count(meters, "lost")).isEqualTo(1);
            assertThat(count(meters, "failed")).isZero();
            assertThat(count(meters, "retried")).isZero();
            assertThat(count(meters, "succeeded")).isEqualTo(1);
            assertThat(jobq.health().up()).isTrue();
        }
    }

    private static double count(SimpleMeterRegistry meters, String name) {
        return meters.get("jobq.jobs." + name).tags("type", "late").counter().count();
    }

    @Test
    void wordsThatCouldNotBeDeliveredComeWithTheNextTick() {
        try (JobQ jobq = worker().handle("talk", Void.class, (n, job) -> {
                    renewalsFail(true);
                    long faults = storage.faults();
                    job.progress(40, "half");
                    job.log("a line");
                    await().atMost(SOON).until(() -> storage.faults() > faults);
                    job.log("another");
                    renewalsFail(false);
                    go.await();
                })
                .worker(ONE.withLeaseTime(Duration.ofMinutes(1)))
                .start()) {
            JobHandle handle = producer.enqueue(Job.of("talk"));
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(find(handle).log()).containsExactly("a line", "another"));
            assertThat(find(handle).progress().percent()).isEqualTo(40);
            assertThat(find(handle).progress().note()).isEqualTo("half");
            assertThat(find(handle).state()).isEqualTo(JobState.RUNNING);
            assertThat(jobq.health().up()).isTrue();
            go.countDown();
        }
    }

    @Test
    void aKeeperThatHangsIsIllHealth() {
        storage.delay(LEASE.multipliedBy(4));
        try (JobQ jobq =
                worker().handle("wait", Void.class, (n, job) -> go.await()).start()) {
            producer.enqueue(Job.of("wait"));
            storage.rule(call -> call == Call.RENEW ? Fault.DELAY : Fault.NONE);
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(jobq.health().problems())
                            .anySatisfy(problem -> assertThat(problem)
                                    .contains(jobq.workers().get(0).id())
                                    .contains("lease keeper hangs")));
            assertThat(jobq.health().up()).isFalse();
            storage.heal();
            go.countDown();
            await().atMost(SOON).until(() -> jobq.health().up());
        }
    }

    @Test
    void jobsStartThoughNoSignalTellsOfThem() {
        storage.drop(Signal.Kind.READY);
        try (JobQ jobq = worker().handle("quick", Void.class, (n, job) -> {}).start()) {
            for (int i = 0; i < 3; i++) {
                JobHandle handle =
                        producer.enqueue(Job.of("quick")); // after the last was settled, which no claim follows
                await().atMost(SOON).until(() -> find(handle).state() == JobState.SUCCEEDED);
            }
            assertThat(jobq.health().up()).isTrue();
        }
    }

    @Test
    void resultsComeThoughNoSignalTellsOfThem() {
        storage.drop(Signal.Kind.FINISHED);
        try (JobQ jobq = worker().compute("quick", Void.class, (n, job) -> {
                    go.await();
                    return "done";
                })
                .start()) {
            var result = producer.enqueue(Job.of("quick")).result(String.class);
            go.countDown();

            assertThat(result).succeedsWithin(SOON).isEqualTo("done");
            assertThat(jobq.health().up()).isTrue();
        }
    }
}
