package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.Job;
import io.jobq.JobHandle;
import io.jobq.JobQ;
import io.jobq.JobState;
import io.jobq.RetryPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Days of retries and delays in no time. */
class ManualJobQTest {
    private final List<String> ran = new ArrayList<>();

    private ManualJobQ system() {
        return ManualJobQ.of(builder -> builder.handle("greet", String.class, (name, job) -> {
                    ran.add(name + " " + job.attempt());
                    if (name.equals("flaky") && job.attempt() < 3) {
                        throw new IllegalStateException("not yet");
                    }
                })
                .retry(RetryPolicy.exponential(Duration.ofHours(1), 2, Duration.ofDays(1))
                        .jitter(0)));
    }

    @Test
    void runsOnTheCallersThreadAtTheDueMoment() {
        try (ManualJobQ test = system()) {
            Instant start = test.clock().instant();
            JobQ jobq = test.jobq();
            jobq.enqueue(Job.of("greet", "now"));
            jobq.enqueue(Job.of("greet", "tomorrow").delay(Duration.ofDays(1)));
            JobHandle flaky = jobq.enqueue(Job.of("greet", "flaky"));
            assertThat(ran).isEmpty();
            assertThat(test.drain()).isEqualTo(2);
            assertThat(ran).containsExactly("now 1", "flaky 1");
            assertThat(test.advance(Duration.ofDays(2))).isEqualTo(3);
            assertThat(ran).containsExactly("now 1", "flaky 1", "flaky 2", "flaky 3", "tomorrow 1");
            assertThat(flaky.find().orElseThrow().times().finished()).isEqualTo(start.plus(Duration.ofHours(3)));
            assertThat(test.clock().instant()).isEqualTo(start.plus(Duration.ofDays(2)));
        }
    }

    @Test
    void assertsWhatWasEnqueued() {
        try (ManualJobQ test = system()) {
            test.jobq().enqueue(Job.of("greet", "ada"));
            test.assertEnqueued("greet", "ada");
            assertThat(test.assertEnqueued("greet"))
                    .singleElement()
                    .extracting("state")
                    .isEqualTo(JobState.READY);
            test.assertNotEnqueued("other");
            assertThatThrownBy(() -> test.assertEnqueued("other")).hasMessageContaining("greet \"ada\" READY");
            assertThatThrownBy(() -> test.assertEnqueued("greet", "bob")).isInstanceOf(AssertionError.class);
            assertThatThrownBy(() -> test.assertNotEnqueued("greet")).isInstanceOf(AssertionError.class);
        }
    }
}
