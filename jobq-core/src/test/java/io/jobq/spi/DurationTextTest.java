package io.jobq.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.Job;
import io.jobq.JobHandle;
import io.jobq.JobQ;
import io.jobq.Outcome;
import io.jobq.RetryPolicy;
import io.jobq.WorkerOptions;
import io.jobq.limits.Rate;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** How long people read that things take. */
@Timeout(30)
class DurationTextTest {
    @ParameterizedTest
    @CsvSource({
        "PT0S, 0 s",
        "PT0.2S, 200 ms",
        "PT0.000999S, 0.999 ms",
        "PT0.0000015S, 0.0015 ms",
        "PT1S, 1 s",
        "PT1.5S, 1.5 s",
        "PT10S, 10 s",
        "PT1M, 1 min",
        "PT1M30S, 1 min 30 s",
        "PT100M, 1 h 40 min",
        "PT24H, 1 d",
        "P3DT4H5M6.007S, 3 d 4 h 5 min 6.007 s",
        "PT-0.2S, -200 ms",
        "PT-1M, -1 min",
        "PT-9223372036854775808S, -106751991167300 d 15 h 30 min 7 s"
    })
    void readsAsPeopleWrite(String duration, String text) {
        assertThat(DurationText.of(Duration.parse(duration))).isEqualTo(text);
    }

    /** Mistakes, one for each place that names a duration. */
    static Stream<Callable<?>> mistakes() {
        Duration negative = Duration.ofMillis(-200);
        return Stream.of(
                () -> JobQ.builder().timeout(negative),
                () -> Job.of("a").delay(negative),
                () -> Job.of("a").timeout(negative),
                () -> Outcome.snooze(negative, "why"),
                () -> RetryPolicy.fixed(negative),
                () -> WorkerOptions.DEFAULT.withLeaseTime(negative),
                () -> new WorkerLease("w", negative),
                () -> new Rate(1, negative, 1));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void messagesDoNotSpeakIso8601(Callable<?> mistake) {
        assertThatThrownBy(mistake::call).hasMessageContaining("-200 ms").hasMessageNotContaining("PT");
    }

    @Test
    void aTimeLimitThatIsOverReadsSoToo() {
        try (JobQ jobq = JobQ.builder()
                .handle("slow", Void.class, (nothing, job) -> new CountDownLatch(1).await())
                .retry(RetryPolicy.never())
                .timeout(Duration.ofMillis(200))
                .start()) {
            JobHandle job = jobq.enqueue(Job.of("slow"));
            assertThat(job.result(Void.class))
                    .failsWithin(Duration.ofSeconds(20))
                    .withThrowableOfType(ExecutionException.class)
                    .withMessageMatching("(?s).*interrupted after \\d+(\\.\\d+)? m?s.*");
        }
    }
}
