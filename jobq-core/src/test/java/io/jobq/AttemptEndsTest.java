package io.jobq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.jobq.memory.InMemoryStorage;
import io.jobq.spi.Payload;
import io.jobq.spi.Retention;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Field;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.MDC;
import org.slf4j.helpers.BasicMDCAdapter;
import org.slf4j.spi.MDCAdapter;

/** What an attempt leaves behind, however it ends. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AttemptEndsTest {
    private static JobState state(JobHandle handle) {
        return handle.find().orElseThrow().state();
    }

    private static void runPending(JobQ jobq) {
        jobq.workers().get(0).runPending();
    }

    @Test
    void aHandlerThatIsCancelledAndReturnsAllTheSameHasSucceeded() {
        try (JobQ jobq = JobQ.builder()
                .compute("stubborn", Void.class, (nothing, job) -> {
                    await().until(job::isCancelled);
                    return "done";
                })
                .start()) {
            JobHandle handle = jobq.enqueue(Job.of("stubborn"));
            await().until(() -> state(handle) == JobState.RUNNING);
            assertThat(handle.cancel()).isTrue();

            assertThat(handle.result(String.class).join()).isEqualTo("done");
            assertThat(state(handle)).isEqualTo(JobState.SUCCEEDED);
        }
    }

    @Test
    void aJobThatHasBeenTriedDoesNotExpireAnyMore() {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
        List<Integer> attempts = new CopyOnWriteArrayList<>();
        try (InMemoryStorage storage = new InMemoryStorage(Retention.DEFAULT, now::get);
                JobQ jobq = JobQ.builder()
                        .storage(storage)
                        .handle("flaky", Void.class, (nothing, job) -> {
                            attempts.add(job.attempt());
                            if (job.attempt() == 1) {
                                throw new IllegalStateException("once");
                            }
                        })
                        .retry(RetryPolicy.fixed(Duration.ofSeconds(10)).jitter(0))
                        .build()) {
            JobHandle tried = jobq.enqueue(Job.of("flaky").expiresAt(now.get().plusSeconds(5)));
            runPending(jobq);
            JobHandle untried = jobq.enqueue(Job.of("flaky").expiresAt(now.get().plusSeconds(5)));
            JobHandle inTime = jobq.enqueue(Job.of("flaky")
                    .runAt(now.get().plusSeconds(10))
                    .expiresAt(now.get().plusSeconds(10).plusMillis(1)));
            now.set(now.get().plusSeconds(10));
            runPending(jobq);

            assertThat(state(tried)).isEqualTo(JobState.SUCCEEDED);
            assertThat(state(untried)).isEqualTo(JobState.CANCELLED);
            assertThat(state(inTime)).isEqualTo(JobState.SCHEDULED);
            assertThat(attempts).containsExactlyInAnyOrder(1, 2, 1);
        }
    }

    @Test
    void theRunTimeOfWhatFailsCountsToo() {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        try (JobQ jobq = JobQ.builder()
                .handle("fail", Void.class, (nothing, job) -> {
                    throw new IllegalStateException("no");
                })
                .handle("do", Void.class, (nothing, job) -> {})
                .retry(RetryPolicy.never())
                .meterRegistry(meters)
                .build()) {
            jobq.enqueue(Job.of("fail"));
            jobq.enqueue(Job.of("do"));
            runPending(jobq);
        }
        for (String type : List.of("fail", "do")) {
            for (String timer : List.of("jobq.jobs.run", "jobq.jobs.wait")) {
                assertThat(meters.get(timer).tags("type", type).timer().count())
                        .as(timer + " of " + type)
                        .isEqualTo(1);
            }
        }
        assertThat(meters.get("jobq.jobs.failed").tags("type", "fail").counter().count())
                .isEqualTo(1);
        assertThat(meters.get("jobq.jobs.failed").tags("type", "do").counter().count())
                .isZero();
    }

    @Test
    void payloadsAndResultsMayHaveJustAsManyBytesAsAllowed() {
        try (JobQ jobq = JobQ.builder()
                .compute("text", Integer.class, (length, job) -> "x".repeat(length))
                .handle("read", String.class, (text, job) -> {})
                .maxPayloadBytes(100)
                .build()) {
            jobq.enqueue(Job.of("read", "x".repeat(98))); // and two quotes
            assertThatThrownBy(() -> jobq.enqueue(Job.of("read", "x".repeat(99))))
                    .isInstanceOf(JobQException.class)
                    .hasMessageContaining("101 bytes");
            JobHandle fits = jobq.enqueue(Job.of("text", 98));
            JobHandle large = jobq.enqueue(Job.of("text", 99));
            runPending(jobq);

            assertThat(state(fits)).isEqualTo(JobState.SUCCEEDED);
            assertThat(state(large)).isEqualTo(JobState.DEAD);
            assertThat(large.find().orElseThrow().reason()).contains("101 bytes");
        }
    }

    @Test
    void aResultThatComesEncodedMayNotBeLargerEither() {
        JobInterceptor encoding = new JobInterceptor() {
            @Override
            public Outcome aroundPerform(JobContext job, Callable<Outcome> next) throws Exception {
                return Outcome.succeed(
                        new Payload(1, new byte[(Integer) next.call().result()]));
            }
        };
        try (JobQ jobq = JobQ.builder()
                .compute("bytes", Integer.class, (length, job) -> length)
                .interceptor(encoding)
                .maxPayloadBytes(100)
                .build()) {
            JobHandle fits = jobq.enqueue(Job.of("bytes", 100));
            JobHandle large = jobq.enqueue(Job.of("bytes", 101));
            runPending(jobq);

            assertThat(state(fits)).isEqualTo(JobState.SUCCEEDED);
            assertThat(state(large)).isEqualTo(JobState.DEAD);
        }
    }

    /** The logging library of these tests keeps no MDC, so the one that comes with SLF4J takes its place. */
    @Test
    void theLoggingContextNamesTheJobAndNothingAfterIt() throws ReflectiveOperationException {
        Field adapter = Arrays.stream(MDC.class.getDeclaredFields())
                .filter(field -> field.getType() == MDCAdapter.class)
                .findFirst()
                .orElseThrow();
        adapter.setAccessible(true);
        Object before = adapter.get(null);
        adapter.set(null, new BasicMDCAdapter());
        try (JobQ jobq = JobQ.builder()
                .handle("say", Boolean.class, (fails, job) -> {
                    assertThat(MDC.getCopyOfContextMap())
                            .containsEntry("jobq.id", job.id().toString())
                            .containsEntry("jobq.type", "say")
                            .containsEntry("jobq.queue", "default");
                    if (fails) {
                        throw new IllegalStateException("no");
                    }
                })
                .retry(RetryPolicy.never())
                .build()) {
            for (boolean fails : new boolean[] {false, true}) {
                MDC.clear();
                JobHandle handle = jobq.enqueue(Job.of("say", fails));
                runPending(jobq);
                assertThat(handle.find().orElseThrow().errors())
                        .as("assertions of the handler")
                        .allSatisfy(error -> assertThat(error.errorClass()).endsWith("IllegalStateException"));
                assertThat(state(handle)).isEqualTo(fails ? JobState.DEAD : JobState.SUCCEEDED);
                assertThat(List.of("jobq.id", "jobq.type", "jobq.queue"))
                        .allSatisfy(key -> assertThat(MDC.get(key)).isNull());
            }
        } finally {
            adapter.set(null, before);
        }
    }
}
