package io.jobq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The short ways to say common things. */
@Timeout(30)
class ShortcutsTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    @Test
    void enqueuesATypeWithItsPayload() throws Exception {
        try (JobQ jobq = JobQ.builder()
                .compute("double", Integer.class, (number, job) -> 2 * number)
                .type("double", type -> type.withQueue("numbers"))
                .start()) {
            JobHandle handle = jobq.enqueue("double", 21);
            assertThat(handle.result(Integer.class).get()).isEqualTo(42);
            assertThat(handle.find().orElseThrow().queue()).isEqualTo("numbers");
        }
    }

    @Test
    void enqueuesManyEachInTheQueueOfItsType() {
        try (JobQ jobq = JobQ.builder()
                .type("a", type -> type.withQueue("one"))
                .type("b", type -> type.withQueue("two"))
                .build()) {
            List<JobHandle> handles =
                    jobq.enqueueAll(List.of(Job.of("a", 1), Job.of("b", 2), Job.of("a", 3), Job.of("c", 4)));
            assertThat(handles)
                    .extracting(handle -> handle.find().orElseThrow())
                    .extracting(job -> job.queue() + " "
                            + new String(job.job().payload().data(), java.nio.charset.StandardCharsets.UTF_8))
                    .containsExactly("one 1", "two 2", "one 3", "default 4");
            assertThat(jobq.enqueueAll(List.of())).isEmpty();
        }
    }

    @Test
    void awaitsTheEndBeItGoodOrBad() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        try (JobQ jobq = JobQ.builder()
                .handle("slow", Void.class, (nothing, job) -> release.await())
                .handle("bad", Void.class, (nothing, job) -> {
                    throw new IllegalStateException("bad");
                })
                .retry(RetryPolicy.never())
                .start()) {
            JobHandle slow = jobq.enqueue(Job.of("slow"));
            assertThat(slow.await(Duration.ofMillis(30))).isFalse();
            assertThat(slow.await(Duration.ZERO)).isFalse();
            release.countDown();
            assertThat(slow.await(LONG)).isTrue();
            assertThat(slow.state()).contains(JobState.SUCCEEDED);
            assertThat(slow.await(Duration.ofSeconds(-1))).isTrue();
            JobHandle bad = jobq.enqueue(Job.of("bad"));
            assertThat(bad.await(LONG)).isTrue();
            assertThat(bad.state()).contains(JobState.DEAD);
            JobHandle unknown = jobq.job(JobId.next());
            assertThat(unknown.await(LONG)).isTrue();
            assertThat(unknown.state()).isEmpty();
        }
    }

    @Test
    void aHandlerKnowsItsLastAttempt() throws Exception {
        List<String> seen = new ArrayList<>();
        try (JobQ jobq = JobQ.builder()
                .handle("flaky", Void.class, (nothing, job) -> {
                    seen.add(job.attempt() + " of " + job.maxAttempts() + (job.isLastAttempt() ? ", the last" : ""));
                    job.progress(50);
                    throw new IllegalStateException(job.header("why") + job.header("none"));
                })
                .retry(RetryPolicy.fixed(Duration.ZERO).maxAttempts(5))
                .start()) {
            JobHandle ofPolicy = jobq.enqueue(Job.of("flaky").header("why", "header "));
            assertThat(ofPolicy.await(LONG)).isTrue();
            assertThat(jobq.enqueue(Job.of("flaky").maxAttempts(2)).await(LONG)).isTrue();
            JobSnapshot dead = ofPolicy.find().orElseThrow();
            assertThat(dead.errors().get(0).message()).isEqualTo("header null");
            assertThat(dead.progress().percent()).isEqualTo(50);
        }
        assertThat(seen)
                .containsExactly(
                        "1 of 5", "2 of 5", "3 of 5", "4 of 5", "5 of 5, the last", "1 of 2", "2 of 2, the last");
    }

    @Test
    void setsTheConcurrencyOfTheDefaultWorker() {
        try (JobQ jobq = JobQ.builder()
                .handle("x", Void.class, (nothing, job) -> {})
                .concurrency(3)
                .build()) {
            assertThat(jobq.workers())
                    .singleElement()
                    .satisfies(
                            worker -> assertThat(worker.info().slots().total()).isEqualTo(3));
        }
        assertThatThrownBy(() -> JobQ.builder()
                        .concurrency(3)
                        .worker(WorkerOptions.DEFAULT)
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("concurrency(3)");
        assertThatThrownBy(() -> JobQ.builder().concurrency(0)).hasMessageContaining("concurrency must be 1 to 10000");
    }

    @Test
    void queuesByNameShareEvenly() {
        assertThat(WorkerOptions.DEFAULT.withQueues("mails", "images").queues())
                .isEqualTo(Map.of("mails", 1, "images", 1));
        assertThatThrownBy(() -> WorkerOptions.DEFAULT.withQueues("mails", "mails"))
                .hasMessageContaining("queue 'mails' is named twice");
    }

    static class Backed {
        @JobHandler(value = "backed", backoff = "PT0.02S", maxAttempts = 3)
        void run() {
            throw new IllegalStateException("again");
        }
    }

    static class BadlyBacked {
        @JobHandler(value = "backed", backoff = "soon")
        void run() {}
    }

    @Test
    void anAnnotationSetsTheBackoff() throws Exception {
        try (JobQ jobq = JobQ.builder()
                .handlers(new Backed())
                .retry(RetryPolicy.fixed(Duration.ofHours(1)).jitter(0))
                .start()) {
            JobHandle handle = jobq.enqueue(Job.of("backed"));
            assertThat(handle.await(LONG)).isTrue();
            List<AttemptError> errors = handle.find().orElseThrow().errors();
            assertThat(errors).hasSize(3);
            assertThat(Duration.between(errors.get(1).at(), errors.get(2).at()))
                    .as("twice the first, without the system's jitter")
                    .isBetween(Duration.ofMillis(35), Duration.ofSeconds(10));
        }
        assertThatThrownBy(() -> JobQ.builder().handlers(new BadlyBacked()).build())
                .hasMessageContaining("BadlyBacked.run")
                .hasMessageContaining("backoff must look like PT30S");
    }
}
