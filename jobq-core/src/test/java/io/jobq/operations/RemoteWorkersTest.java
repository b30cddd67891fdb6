package io.jobq.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.jobq.Job;
import io.jobq.JobHandle;
import io.jobq.JobQ;
import io.jobq.JobState;
import io.jobq.WorkerInfo;
import io.jobq.WorkerOptions;
import io.jobq.memory.InMemoryStorage;
import io.jobq.spi.Retention;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Workers that are told what to do from elsewhere. */
@Timeout(60)
class RemoteWorkersTest {
    private static final Duration SOON = Duration.ofSeconds(3);

    private final AtomicInteger running = new AtomicInteger();
    private final CountDownLatch go = new CountDownLatch(1);
    private final InMemoryStorage storage = new InMemoryStorage();
    private final JobQ producer = JobQ.builder().storage(storage).build();
    private final Operations ops = Operations.of(storage, "ada");
    private final JobQ jobq = JobQ.builder()
            .storage(storage)
            .handle("wait", Void.class, (nothing, job) -> {
                running.incrementAndGet();
                go.await();
            })
            .handle("quick", Void.class, (nothing, job) -> {})
            .worker(WorkerOptions.DEFAULT
                    .withConcurrency(1)
                    .withLeaseTime(Duration.ofSeconds(1))
                    .withShutdownTimeout(Duration.ofMillis(50))
                    .withInterruptGrace(Duration.ofMillis(500))
                    .withFallbackPoll(Duration.ofMinutes(1)))
            .start();
    private final String worker = jobq.workers().get(0).id();

    @BeforeEach
    void awaitWorker() {
        await().until(() -> !ops.workers().isEmpty());
    }

    @AfterEach
    void close() {
        go.countDown();
        jobq.close();
        producer.close();
        storage.close();
    }

    private JobHandle enqueue(String type) {
        return producer.enqueue(Job.of(type));
    }

    private void awaitRunning(int count) {
        await().atMost(SOON).until(() -> running.get() == count);
    }

    private static JobState state(JobHandle handle) {
        return handle.find().orElseThrow().state();
    }

    private WorkerInfo info() {
        return ops.workers().get(0);
    }

    @Test
    void getMoreSlotsAndFewer() {
        for (int i = 0; i < 4; i++) {
            enqueue("wait");
        }
        awaitRunning(1);
        ops.concurrency(worker, 3);
        awaitRunning(3);
        await().atMost(SOON).until(() -> info().slots().total() == 3);
        ops.concurrency(worker, 1);
        await().atMost(SOON).until(() -> info().slots().total() == 1);
    }

    @Test
    void areQuietAndFinishWhatTheyHave() {
        JobHandle first = enqueue("wait");
        awaitRunning(1);
        ops.quiet(worker);
        await().atMost(SOON).until(() -> info().state() == WorkerInfo.State.QUIET);
        JobHandle second = enqueue("quick");
        go.countDown();
        first.result(Void.class).join();

        assertThat(state(second)).isEqualTo(JobState.READY);
    }

    @Test
    void stopWhenTheirJobsAreDone() {
        JobHandle job = enqueue("wait");
        awaitRunning(1);
        ops.stop(worker, Duration.ofMinutes(10));
        await().atMost(SOON).until(() -> info().state() == WorkerInfo.State.QUIET);
        assertThat(state(job)).isEqualTo(JobState.RUNNING);
        go.countDown();

        await().atMost(SOON).until(() -> ops.workers().isEmpty());
        assertThat(state(job)).isEqualTo(JobState.SUCCEEDED);
        assertThat(jobq.workers().get(0).info().state()).isEqualTo(WorkerInfo.State.STOPPED);
    }

    @Test
    void giveBackWhatIsNotDoneInTime() {
        JobHandle job = enqueue("wait");
        awaitRunning(1);
        ops.stop(worker, Duration.ofMillis(100));

        await().atMost(SOON).until(() -> ops.workers().isEmpty());
        assertThat(state(job)).isEqualTo(JobState.READY);
        assertThat(job.find().orElseThrow().attempt()).isEqualTo(1);
    }

    @Test
    void keepTheirLeasesWhileTheyStop() {
        JobHandle job = enqueue("wait");
        awaitRunning(1);
        ops.stop(worker, Duration.ofMinutes(10));
        await().atMost(SOON).until(() -> info().state() == WorkerInfo.State.QUIET);
        Instant end = storage.registry().now().plusSeconds(3); // three leases
        await().atMost(SOON.plus(SOON)).until(() -> storage.registry().now().isAfter(end));

        assertThat(state(job)).isEqualTo(JobState.RUNNING);
        assertThat(job.find().orElseThrow().losses()).isZero();
        assertThat(running).hasValue(1);
    }

    @Test
    void closingDoesNotWaitForALongerStop() {
        enqueue("wait");
        awaitRunning(1);
        ops.stop(worker, Duration.ofHours(1));
        await().atMost(SOON).until(() -> info().state() == WorkerInfo.State.QUIET);
        long start = System.nanoTime();
        jobq.close();

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        assertThat(ops.workers()).isEmpty();
    }

    @Test
    void stopARunningJobThatIsCancelled() {
        JobHandle job = enqueue("wait");
        awaitRunning(1);
        assertThat(ops.cancel(job.id(), "not wanted")).isTrue();

        await().atMost(Duration.ofSeconds(1)).until(() -> state(job) == JobState.CANCELLED);
        assertThat(job.find().orElseThrow().reason()).isEqualTo("not wanted");
    }

    @Test
    void areWokenWhenAQueueGoesOn() {
        ops.pause("default");
        JobHandle job = enqueue("quick");
        await().during(Duration.ofMillis(300)).until(() -> state(job) == JobState.READY);
        ops.resume("default");

        await().atMost(Duration.ofSeconds(1)).until(() -> state(job) == JobState.SUCCEEDED);
    }

    @Test
    void mustBeKnownAndToldSomethingPossible() {
        assertThatThrownBy(() -> ops.quiet("nobody"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no live worker 'nobody'")
                .hasMessageContaining(worker);
        for (int slots : new int[] {-1, 0, 10_001}) {
            assertThatThrownBy(() -> ops.concurrency(worker, slots))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("concurrency");
        }
        for (Duration patience : new Duration[] {Duration.ofMillis(-1), Duration.ofDays(2)}) {
            assertThatThrownBy(() -> ops.stop(worker, patience))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("24 hours");
        }
        assertThat(ops.audit()).isEmpty();
    }

    @Test
    void ordersAreWrittenDown() {
        ops.concurrency(worker, 2);
        ops.stop(worker, Duration.ZERO);

        assertThat(ops.audit()).extracting(AuditEntry::action).containsExactly("stop within 0 s", "concurrency 2");
        assertThat(ops.audit()).extracting(AuditEntry::target).containsOnly("worker '" + worker + "'");
    }

    @Test
    void ordersAddUpAreTakenOnceAndForgottenInTime() {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
        try (InMemoryStorage other = new InMemoryStorage(Retention.DEFAULT, now::get)) {
            WorkerRegistry registry = new WorkerRegistry(other.registry());
            registry.order("w", new WorkerOrder(3, false, null));
            registry.order("w", new WorkerOrder(null, true, Duration.ofSeconds(5)));
            registry.order("w", new WorkerOrder(4, false, null));
            assertThat(obeyed(registry, "other")).isEmpty();
            assertThat(obeyed(registry, "w")).containsExactly(new WorkerOrder(4, true, Duration.ofSeconds(5)));
            now.set(now.get().plusMillis(2));
            assertThat(obeyed(registry, "w")).isEmpty();

            registry.order("w", new WorkerOrder(5, false, null));
            now.set(now.get().plusSeconds(61));
            assertThat(obeyed(registry, "w")).isEmpty();
            registry.order("w", new WorkerOrder(6, false, null));
            registry.signOff("w");
            assertThat(obeyed(registry, "w")).isEmpty();
        }
    }

    @Test
    void anOrderOutlivesWhoeverFailsToObeyIt() {
        WorkerRegistry registry = new WorkerRegistry(storage.registry());
        WorkerOrder order = new WorkerOrder(3, false, null);
        registry.order("w", order);
        assertThatThrownBy(() -> registry.obey("w", told -> {
                    throw new IllegalStateException("crash");
                }))
                .hasMessage("crash");

        assertThat(obeyed(registry, "w")).containsExactly(order);
    }

    @Test
    void whatIsOrderedMeanwhileIsObeyedNext() {
        WorkerRegistry registry = new WorkerRegistry(storage.registry());
        registry.order("w", new WorkerOrder(3, false, null));
        registry.obey("w", told -> registry.order("w", new WorkerOrder(null, true, null)));

        assertThat(obeyed(registry, "w")).containsExactly(new WorkerOrder(3, true, null));
    }

    private static List<WorkerOrder> obeyed(WorkerRegistry registry, String name) {
        List<WorkerOrder> orders = new ArrayList<>();
        registry.obey(name, orders::add);
        return orders;
    }
}
