package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.jobq.Job;
import io.jobq.JobHandle;
import io.jobq.JobId;
import io.jobq.JobQ;
import io.jobq.JobState;
import io.jobq.RetryPolicy;
import io.jobq.WorkerOptions;
import io.jobq.memory.InMemoryStorage;
import io.jobq.spi.Retention;
import io.jobq.spi.StorageException;
import io.jobq.spi.StorageStats.QueueStats;
import io.jobq.testkit.FaultyStorage.Call;
import io.jobq.testkit.FaultyStorage.Fault;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real engine on a storage that loses requests and replies, is late, or gets calls twice. */
@Timeout(60)
class EngineUnderFaultsTest {
    private static final Retention ALL = new Retention(100_000, Duration.ofDays(1), 100_000, Duration.ofDays(1));
    private static final WorkerOptions QUICK =
            WorkerOptions.DEFAULT.withLeaseTime(Duration.ofSeconds(1)).withMaxLosses(1_000);

    private final FaultyStorage storage = new FaultyStorage(new InMemoryStorage(ALL, Clock.systemUTC()));

    @AfterEach
    void close() {
        storage.close();
    }

    private QueueStats stats() {
        return storage.admin().stats().queues().get("default");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void everyJobEndsOnceWhateverTheNetworkDoes(long seed) {
        storage.delay(Duration.ofMillis(2));
        List<JobHandle> handles = new ArrayList<>();
        try (JobQ jobq = JobQ.builder()
                .storage(storage)
                .compute("n", Integer.class, (number, job) -> number)
                .worker(QUICK)
                .start()) {
            storage.random(seed, 10, Fault.FAIL_BEFORE, Fault.FAIL_AFTER, Fault.DELAY, Fault.REPEAT);
            for (int i = 0; i < 2_000; i++) {
                handles.add(enqueue(jobq, Job.of("n", i).id(JobId.next())));
            }
            await().atMost(Duration.ofSeconds(40)).until(() -> stats().count(JobState.SUCCEEDED) == 2_000);
            assertThat(handles.get(7).result(Integer.class).join()).isEqualTo(7);
        }
        assertThat(stats().count(JobState.RUNNING)).isZero();
    }

    /** Repeats an enqueue until it is answered, as its contract allows. */
    private static JobHandle enqueue(JobQ jobq, Job job) {
        while (true) {
            try {
                return jobq.enqueue(job);
            } catch (StorageException unanswered) {
                assertThat(unanswered).isNotNull();
            }
        }
    }

    @Test
    void anEnqueueWhoseReplyIsLostMayBeRepeated() {
        try (JobQ jobq = JobQ.builder().storage(storage).build()) {
            Job job = Job.of("x", 1).id(JobId.next());
            storage.next(Fault.FAIL_AFTER, Fault.NONE);
            assertThatThrownBy(() -> jobq.queue("default").enqueue(job)).isInstanceOf(StorageException.class);
            assertThat(jobq.queue("default").enqueue(job).isDuplicate()).isTrue();
            assertThat(stats().count(JobState.READY)).isEqualTo(1);
        }
    }

    @RepeatedTest(30)
    void closingInTheMidstOfAClaimLeavesNothingRunning() {
        storage.delay(Duration.ofMillis(2));
        storage.rule(call -> call == Call.EXCHANGE ? Fault.DELAY : Fault.NONE);
        CountDownLatch some = new CountDownLatch(20);
        try (JobQ jobq = JobQ.builder()
                .storage(storage)
                .handle("n", Integer.class, (number, job) -> some.countDown())
                .worker(QUICK)
                .build()) {
            for (int i = 0; i < 100; i++) {
                jobq.enqueue(Job.of("n", i));
            }
            jobq.start();
            await().until(() -> some.getCount() == 0);
        }
        assertThat(stats().count(JobState.RUNNING)).isZero();
        assertThat(stats().count(JobState.SUCCEEDED) + stats().count(JobState.READY))
                .isEqualTo(100);
    }

    @Test
    void healthTellsOfAStorageThatDoesNotAnswerAndOfItsReturn() {
        try (JobQ jobq = JobQ.builder()
                .storage(storage)
                .compute("x", Void.class, (nothing, job) -> "done")
                .worker(QUICK.withFallbackPoll(Duration.ofMillis(20)))
                .start()) {
            storage.rule(call -> call == Call.EXCHANGE ? Fault.FAIL_BEFORE : Fault.NONE);
            JobHandle handle = jobq.enqueue(Job.of("x"));
            await().until(() -> !jobq.health().up());
            assertThat(jobq.health().problems()).first().asString().contains("has not answered the last");
            storage.rule(call -> Fault.NONE);
            assertThat(handle.result(String.class).join()).isEqualTo("done");
            await().until(() -> jobq.health().up());
        }
    }

    @Test
    void brokenRetryPoliciesCostNoSlotAndNoLease() {
        IllegalStateException same = new IllegalStateException("rethrown by the policy");
        try (JobQ jobq = JobQ.builder()
                .storage(storage)
                .handle("fail", Void.class, (nothing, job) -> {
                    throw same;
                })
                .retryPolicy("same", RetryPolicy.custom((n, e) -> {
                    throw same;
                }))
                .retryPolicy("error", RetryPolicy.custom((n, e) -> {
                    throw new AssertionError("bug");
                }))
                .retryPolicy("forever", RetryPolicy.custom((n, e) -> Duration.ofSeconds(Long.MAX_VALUE)))
                .worker(QUICK.withConcurrency(1))
                .start()) {
            for (String policy : List.of("same", "error", "forever")) {
                JobHandle handle = jobq.enqueue(Job.of("fail").retryPolicy(policy));
                await().until(() -> handle.find().orElseThrow().state() == JobState.SCHEDULED);
            }
            await().until(() -> jobq.workers().get(0).info().slots().used() == 0);
        }
    }

    @Test
    void waitingThroughAClosedSystemSaysSo() {
        JobQ jobq = JobQ.builder().storage(storage).build();
        JobHandle handle = jobq.enqueue(Job.of("x"));
        var waiting = handle.result(Void.class);
        jobq.close();
        assertThatThrownBy(waiting::join).hasMessageContaining("was closed while");
        assertThatThrownBy(() -> handle.result(Void.class)).hasMessageContaining("is closed");
    }
}
