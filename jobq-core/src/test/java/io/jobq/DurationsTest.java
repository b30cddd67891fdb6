package io.jobq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.jobq.limits.Limits;
import io.jobq.limits.Rate;
import io.jobq.memory.InMemoryStorage;
import io.jobq.spi.Durations;
import io.jobq.spi.Retention;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Whatever duration a user gives is obeyed, cut, or refused with a sentence; none overflows. */
class DurationsTest {
    private static final Duration FOREVER = ChronoUnit.FOREVER.getDuration();
    private static final List<Duration> EXTREMES = List.of(
            FOREVER,
            Duration.ofSeconds(Long.MAX_VALUE),
            Duration.ofMillis(Long.MAX_VALUE),
            Duration.ofNanos(Long.MAX_VALUE),
            Duration.ZERO,
            Duration.ofNanos(1),
            Duration.ofNanos(-1),
            Duration.ofSeconds(Long.MIN_VALUE));

    @Test
    void cutsInsteadOfOverflowing() {
        assertThat(Durations.millis(FOREVER)).isEqualTo(Long.MAX_VALUE);
        assertThat(Durations.millis(Duration.ofSeconds(Long.MIN_VALUE))).isEqualTo(Long.MIN_VALUE);
        assertThat(Durations.nanos(FOREVER)).isEqualTo(Duration.ofDays(36_525).toNanos());
        assertThat(Durations.nanos(Duration.ofSeconds(Long.MIN_VALUE))).isNegative();
        assertThat(Durations.nanos(Duration.ofMillis(3))).isEqualTo(3_000_000);
        assertThat(Durations.millis(Duration.ofMillis(-3))).isEqualTo(-3);
    }

    @Test
    void aPolicyWithoutLongestDelayGrowsAsItSays() {
        RetryPolicy policy =
                RetryPolicy.exponential(Duration.ofMinutes(10), 2, FOREVER).jitter(0);
        assertThat(policy.delayAfter(1, new Exception(), new Random())).isEqualTo(Duration.ofMinutes(10));
        assertThat(policy.delayAfter(4, new Exception(), new Random())).isEqualTo(Duration.ofMinutes(80));
        assertThat(RetryPolicy.linear(FOREVER, FOREVER).jitter(0).delayAfter(2, new Exception(), new Random()))
                .isEqualTo(Duration.ofDays(365));
    }

    @TestFactory
    Stream<DynamicTest> everyOptionObeysOrRefuses() {
        return options().entrySet().stream()
                .map(option -> DynamicTest.dynamicTest(
                        option.getKey(), () -> EXTREMES.forEach(each -> check(option.getValue(), each))));
    }

    private static void check(Consumer<Duration> option, Duration given) {
        Throwable refusal = catchThrowable(() -> option.accept(given));
        if (refusal != null) {
            assertThat(refusal).as("%s", given).isInstanceOf(IllegalArgumentException.class);
            assertThat(refusal.getMessage()).contains("must");
        }
    }

    private static Map<String, Consumer<Duration>> options() {
        WorkerOptions worker = WorkerOptions.DEFAULT;
        return Map.ofEntries(
                Map.entry("exponential", d -> decide(RetryPolicy.exponential(d, 2, d))),
                Map.entry("linear", d -> decide(RetryPolicy.linear(d, d))),
                Map.entry("fixed", d -> decide(RetryPolicy.fixed(d))),
                Map.entry("custom", d -> decide(RetryPolicy.custom((attempt, error) -> d))),
                Map.entry("rate", d -> new Rate(1, d, 1).intervalMicros()),
                Map.entry("longestWait", d -> limit(d)),
                Map.entry("autoscale", d -> new Autoscale(1, 9, d).wanted(3, 3, FOREVER)),
                Map.entry("delay", d -> store(Job.of("x").delay(d))),
                Map.entry("job timeout", d -> store(Job.of("x").timeout(d))),
                Map.entry(
                        "throttle",
                        d -> store(Job.of("x").unique(Unique.key("k").throttle(d)))),
                Map.entry(
                        "debounce",
                        d -> store(Job.of("x").unique(Unique.key("k").debounce(d)))),
                Map.entry("retention", d -> new Retention(1, d, 1, d)),
                Map.entry("leaseTime", d -> run(worker.withLeaseTime(d))),
                Map.entry("shutdownTimeout", d -> run(worker.withShutdownTimeout(d))),
                Map.entry("interruptGrace", d -> run(worker.withInterruptGrace(d))),
                Map.entry("fallbackPoll", d -> run(worker.withFallbackPoll(d))),
                Map.entry("system timeout", d -> JobQ.builder().timeout(d)));
    }

    private static void decide(RetryPolicy policy) {
        Outcome outcome = policy.decide(1, 2, new Exception(), new Random());
        assertThat(outcome.delay()).isBetween(Duration.ZERO, Duration.ofDays(2 * 365));
    }

    private static void limit(Duration longestWait) {
        try (InMemoryStorage storage = new InMemoryStorage()) {
            Limits.of(storage, "default").level(Priority.NORMAL, 1, longestWait);
        }
    }

    private static void store(Job job) {
        try (JobQ jobq = JobQ.builder().storage(new InMemoryStorage()).build()) {
            jobq.enqueue(job);
        }
    }

    /** A job runs, and the worker ends. */
    private static void run(WorkerOptions options) {
        try (JobQ jobq = JobQ.builder()
                .compute("x", String.class, (text, job) -> text)
                .worker(options)
                .start()) {
            assertThat(jobq.enqueue(Job.of("x", "done")).result(String.class).orTimeout(10, TimeUnit.SECONDS))
                    .succeedsWithin(Duration.ofSeconds(10))
                    .isEqualTo("done");
        }
    }
}
