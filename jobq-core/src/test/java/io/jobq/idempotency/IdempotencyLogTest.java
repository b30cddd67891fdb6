package io.jobq.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.jobq.Job;
import io.jobq.JobHandle;
import io.jobq.JobQ;
import io.jobq.StandardError;
import io.jobq.idempotency.IdempotencyStore.Run;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What people read. */
class IdempotencyLogTest {
    private final IdempotencyStore store = IdempotencyStore.inMemory();

    private JobQ system() {
        return JobQ.builder()
                .compute("charge", Void.class, (nothing, job) -> "receipt")
                .interceptor(Idempotency.of(store))
                .build();
    }

    @Test
    void duplicatesAreNamed() {
        try (JobQ jobq = system()) {
            JobHandle first = jobq.enqueue(Job.of("charge").idempotencyKey("order-1"));
            JobHandle second = jobq.enqueue(Job.of("charge").idempotencyKey("order-1"));
            assertThat(StandardError.during(() -> jobq.workers().get(0).runPending())
                            .lines())
                    .singleElement()
                    .asString()
                    .contains("INFO", "duplicate, cached result: job " + second.id(), "'order-1'", "job " + first.id());
        }
    }

    @Test
    void aRunThatWasOvertakenIsNamed() {
        JobQ.Builder builder = JobQ.builder()
                .compute("charge", Void.class, (nothing, job) -> {
                    store.begin("charge::order-1", new Run(job.id(), job.fencingToken() + 1), Duration.ofMinutes(1));
                    return "late";
                })
                .interceptor(Idempotency.of(store));
        try (JobQ jobq = builder.build()) {
            JobHandle late = jobq.enqueue(Job.of("charge").idempotencyKey("order-1"));
            assertThat(StandardError.during(() -> jobq.workers().get(0).runPending()))
                    .contains("WARN", "job " + late.id() + " has run, but", "'charge::order-1' belongs to another run");
        }
    }

    @Test
    void keysAreShortenedAndCleanedInErrors() {
        assertThat(catchThrowable(() -> IdempotencyStore.requireKey("a\n".repeat(9_000))))
                .hasMessageContaining("'a?a?a?")
                .hasMessageContaining("has 18000")
                .message()
                .hasSizeLessThan(200);
    }
}
