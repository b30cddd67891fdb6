package io.jobq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.resilience.HttpStatusClassifier;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Delays, jitter, and which errors are worth another attempt. */
class RetryPolicyTest {
    private final Exception error = new IOException("x");
    private final RandomGenerator random = new Random(7);

    private Duration after(RetryPolicy policy, int attempt) {
        return policy.jitter(0).delayAfter(attempt, error, random);
    }

    @Test
    void delaysGrowAsTheirNamesSay() {
        RetryPolicy exponential = RetryPolicy.exponential(Duration.ofSeconds(1), 3, Duration.ofSeconds(20));
        assertThat(after(exponential, 1)).hasSeconds(1);
        assertThat(after(exponential, 3)).hasSeconds(9);
        assertThat(after(exponential, 4)).hasSeconds(20);
        assertThat(after(exponential, Integer.MAX_VALUE)).hasSeconds(20);
        RetryPolicy linear = RetryPolicy.linear(Duration.ofSeconds(2), Duration.ofSeconds(5));
        assertThat(after(linear, 2)).hasSeconds(4);
        assertThat(after(linear, Integer.MAX_VALUE)).hasSeconds(5);
        assertThat(after(RetryPolicy.fixed(Duration.ofMillis(3)), 9)).hasMillis(3);
        assertThat(after(RetryPolicy.custom((n, e) -> Duration.ofMinutes(n)), 2))
                .hasMinutes(2);
    }

    @Test
    void jitterStaysInItsBoundsAndFillsThem() {
        RetryPolicy fixed = RetryPolicy.fixed(Duration.ofSeconds(10));
        long min = Long.MAX_VALUE;
        long max = 0;
        long fullMin = Long.MAX_VALUE;
        long fullMax = 0;
        for (int i = 0; i < 10_000; i++) {
            long some = fixed.jitter(0.3).delayAfter(1, error, random).toMillis();
            long full = fixed.fullJitter().delayAfter(1, error, random).toMillis();
            min = Math.min(min, some);
            max = Math.max(max, some);
            fullMin = Math.min(fullMin, full);
            fullMax = Math.max(fullMax, full);
        }
        assertThat(min).isBetween(7_000L, 7_100L);
        assertThat(max).isBetween(12_900L, 13_000L);
        assertThat(fullMin).isBetween(0L, 100L);
        assertThat(fullMax).isBetween(9_900L, 10_000L);
    }

    @Test
    void aBrokenBackoffFallsBackToTheDefault() {
        RetryPolicy throwing = RetryPolicy.custom((n, e) -> {
            throw new IllegalStateException("bug");
        });
        assertThat(after(throwing, 1)).hasSeconds(5);
        assertThat(after(RetryPolicy.custom((n, e) -> Duration.ofSeconds(-1)), 1))
                .hasSeconds(5);
    }

    private Outcome decide(RetryPolicy policy, int attempt, Throwable error) {
        return policy.decide(attempt, policy.maxAttempts(), error, random);
    }

    @Test
    void theFirstRuleWithAnOpinionWins() {
        RetryPolicy policy = RetryPolicy.fixed(Duration.ZERO)
                .maxAttempts(3)
                .retryOn(IOException.class)
                .discardOn(FileNotFoundException.class)
                .classify(error ->
                        "later".equals(error.getMessage()) ? Outcome.snooze(Duration.ofSeconds(1), "busy") : null);
        assertThat(decide(policy, 1, new IOException()).kind()).isEqualTo(Outcome.Kind.RETRY);
        assertThat(decide(policy, 1, new FileNotFoundException()).kind()).isEqualTo(Outcome.Kind.DISCARD);
        assertThat(decide(policy, 1, new IllegalStateException()).reason()).contains("not among the errors to retry");
        assertThat(decide(policy, 9, new FileNotFoundException("later")).kind()).isEqualTo(Outcome.Kind.SNOOZE);
        assertThat(decide(policy, 3, new IOException()).reason()).isEqualTo("gave up after 3 attempts");
        assertThat(decide(RetryPolicy.never(), 1, error).reason()).isEqualTo("gave up after 1 attempt");
    }

    @ParameterizedTest
    @CsvSource({
        "500,RETRY",
        "503,RETRY",
        "429,RETRY",
        "408,RETRY",
        "425,RETRY",
        "400,DISCARD",
        "404,DISCARD",
        "422,DISCARD"
    })
    void httpStatusCodesAreClassified(int status, Outcome.Kind expected) {
        RetryPolicy policy =
                RetryPolicy.fixed(Duration.ZERO).classify(new HttpStatusClassifier(error -> status, error -> null));
        assertThat(decide(policy, 1, error).kind()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"7,7", "0,0", "999999,3600", "'Wed, 21 Oct 2015 07:28:00 GMT',0", "soon,1", "'',1"})
    void retryAfterIsHonoured(String header, long seconds) {
        RetryPolicy policy = RetryPolicy.fixed(Duration.ofSeconds(1))
                .jitter(0)
                .classify(new HttpStatusClassifier(error -> 503, error -> header));
        assertThat(decide(policy, 1, error).delay()).isEqualTo(Duration.ofSeconds(seconds));
    }

    @Test
    void errorsWithoutStatusAreLeftToThePolicy() {
        RetryPolicy policy = RetryPolicy.never().classify(new HttpStatusClassifier(error -> null, error -> null));
        assertThat(decide(policy, 1, error).kind()).isEqualTo(Outcome.Kind.DISCARD);
    }

    @Test
    void nonsenseIsRefused() {
        assertThatThrownBy(() -> RetryPolicy.exponential(Duration.ofSeconds(1), 0.5, Duration.ofSeconds(1)))
                .hasMessageContaining("factor");
        assertThatThrownBy(() -> RetryPolicy.fixed(Duration.ofSeconds(-1))).hasMessageContaining("negative");
        assertThatThrownBy(() -> RetryPolicy.DEFAULT.jitter(1.1)).hasMessageContaining("jitter");
        assertThatThrownBy(() -> RetryPolicy.DEFAULT.maxAttempts(0)).hasMessageContaining("at least 1");
    }

    @Test
    void theNearestPolicyWins() {
        RetryPolicy quick = RetryPolicy.fixed(Duration.ZERO);
        try (JobQ jobq = JobQ.builder()
                .retry(quick.maxAttempts(2))
                .retryPolicy("patient", quick.maxAttempts(5))
                .queue("q", new QueueOptions(quick.maxAttempts(3)))
                .handle("plain", Void.class, (n, job) -> {
                    throw new IOException();
                })
                .handle("typed", Void.class, (n, job) -> {
                    throw new IOException();
                })
                .type("typed", type -> type.withRetry(quick.maxAttempts(4)))
                .worker(WorkerOptions.DEFAULT.queue("default", 1).queue("q", 1))
                .start()) {
            assertThat(attempts(jobq.queue("default").enqueue(Job.of("plain")))).isEqualTo(2);
            assertThat(attempts(jobq.queue("q").enqueue(Job.of("plain")))).isEqualTo(3);
            assertThat(attempts(jobq.queue("q").enqueue(Job.of("typed")))).isEqualTo(4);
            assertThat(attempts(jobq.queue("q").enqueue(Job.of("typed").retryPolicy("patient"))))
                    .isEqualTo(5);
            assertThat(attempts(jobq.queue("q").enqueue(Job.of("typed").retryPolicy("unheard of"))))
                    .isEqualTo(4);
            assertThat(attempts(jobq.queue("q").enqueue(Job.of("typed").maxAttempts(1))))
                    .isEqualTo(1);
        }
    }

    private static int attempts(JobHandle handle) {
        assertThatThrownBy(() -> handle.result(Void.class).join()).hasMessageContaining("gave up");
        return handle.find().orElseThrow().errors().size();
    }

    @Test
    void subclassesAreMeantToo() {
        RandomGenerator random = new Random(1);
        RetryPolicy discarding = RetryPolicy.fixed(Duration.ZERO).discardOn(IOException.class);
        assertThat(discarding.decide(1, 3, new FileNotFoundException(), random).kind())
                .isEqualTo(Outcome.Kind.DISCARD);
        assertThat(discarding.decide(1, 3, new Exception(), random).kind()).isEqualTo(Outcome.Kind.RETRY);
        RetryPolicy retrying = RetryPolicy.fixed(Duration.ZERO).retryOn(IOException.class);
        assertThat(retrying.decide(1, 3, new FileNotFoundException(), random).kind())
                .isEqualTo(Outcome.Kind.RETRY);
        assertThat(retrying.decide(1, 3, new Exception(), random).kind()).isEqualTo(Outcome.Kind.DISCARD);
    }
}
