package io.jobq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.memory.InMemoryStorage;
import io.jobq.spi.Storage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the log says of failures, starts and stops with nothing configured. */
@Timeout(60)
class FailureLogTest {
    private static final Handler<Integer> FAILS = (number, job) -> {
        throw new IOException("the mailer is away");
    };

    private static JobQ.Builder failing(RetryPolicy policy) {
        return JobQ.builder().handle("mail", Integer.class, FAILS).retry(policy);
    }

    private static String logOf(JobQ.Builder builder, int jobs) {
        return StandardError.during(() -> {
            try (JobQ jobq = builder.start()) {
                List<JobHandle> handles = IntStream.range(0, jobs)
                        .mapToObj(number -> jobq.enqueue(Job.of("mail", number)))
                        .toList();
                handles.forEach(handle -> assertThatThrownBy(
                                () -> handle.result(Void.class).join())
                        .hasCauseInstanceOf(JobFailedException.class));
            }
        });
    }

    private static long count(String text, String what) {
        return text.lines().filter(line -> line.contains(what)).count();
    }

    @Test
    void everyFailedAttemptIsAWarningWithItsException() {
        String log =
                logOf(failing(RetryPolicy.fixed(Duration.ofMillis(7)).jitter(0).maxAttempts(3)), 1);
        assertThat(log.lines().filter(line -> line.contains("WARN io.jobq.failures")))
                .hasSize(2)
                .first()
                .asString()
                .contains("of type 'mail' in queue 'default', attempt 1 of 3 failed; next in 7 ms");
        assertThat(count(log, "java.io.IOException: the mailer is away"))
                .as("traces")
                .isEqualTo(3);
        assertThat(log).contains("\tat io.jobq.FailureLogTest");
    }

    @Test
    void aDeadLetterIsAnError() {
        String log = logOf(failing(RetryPolicy.never()), 1);
        assertThat(log.lines().filter(line -> line.contains("ERROR io.jobq.failures")))
                .singleElement()
                .asString()
                .contains("of type 'mail' in queue 'default', attempt 1 of 1 is dead: gave up after 1 attempt");
    }

    @Test
    void manyAlikeAreCounted() {
        String log = logOf(failing(RetryPolicy.fixed(Duration.ZERO).maxAttempts(2)), 100);
        assertThat(count(log, "failed; next in")).isEqualTo(5);
        assertThat(count(log, "is dead: ")).isEqualTo(5);
        assertThat(log).contains("ERROR io.jobq.failures - type 'mail': 95 more dead jobs and 95 more failed attempts");
    }

    @Test
    void whatAHandlerDecidesIsLoggedWithItsReason() {
        JobQ.Builder builder = JobQ.builder()
                .compute(
                        "mail",
                        Integer.class,
                        (number, job) -> job.isLastAttempt() ? Outcome.discard("bounced") : Outcome.retry("greylisted"))
                .retry(RetryPolicy.fixed(Duration.ZERO).maxAttempts(2));
        assertThat(logOf(builder, 1))
                .contains("attempt 1 of 2 failed: greylisted; next in 0 s")
                .contains("attempt 2 of 2 is dead: bounced");
    }

    @Test
    void whatSucceedsIsNotLogged() {
        String log = StandardError.during(() -> {
            try (JobQ jobq = JobQ.builder()
                    .handle("mail", Integer.class, (number, job) -> {})
                    .start()) {
                jobq.enqueue(Job.of("mail", 1)).result(Void.class).join();
            }
        });
        assertThat(log).doesNotContain("WARN").doesNotContain("ERROR");
    }

    @Test
    void aWorkerTellsThatItStartsAndStops() {
        String log = logOf(failing(RetryPolicy.never()), 1);
        assertThat(log)
                .containsPattern(
                        "INFO .* worker worker-[0-9a-f]{8} runs: 10 slots, queues \\{default=1}, types \\[mail]")
                .containsPattern("INFO .* worker worker-[0-9a-f]{8} has stopped: 1 jobs settled");
    }

    @Test
    void anInMemoryStorageTellsWhatItForgets() {
        String log = StandardError.during(() -> {
            Storage storage = new InMemoryStorage();
            JobQ jobq = JobQ.builder().storage(storage).build();
            jobq.queue("mail").enqueue("mail", 1);
            jobq.close();
            storage.close();
        });
        assertThat(log).contains("closes and forgets 1 jobs that had not come to an end");
    }
}
