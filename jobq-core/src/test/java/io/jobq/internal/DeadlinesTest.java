package io.jobq.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.jobq.JobId;
import io.jobq.JobQ;
import io.jobq.JobSnapshot;
import io.jobq.JobState;
import io.jobq.RetryPolicy;
import io.jobq.TypeOptions;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.JobOptions;
import io.jobq.spi.Lease;
import io.jobq.spi.NewJob;
import io.jobq.spi.Payload;
import java.time.Duration;
import java.time.Instant;
import java.util.AbstractList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The thread that keeps time limits. */
@Timeout(60)
class DeadlinesTest {
    /** A list that can't be looked at. */
    private static final class Broken extends AbstractList<Attempt> {
        @Override
        public Attempt get(int index) {
            throw new IllegalStateException("broken");
        }

        @Override
        public int size() {
            return 1;
        }
    }

    private static Attempt attempt() {
        JobId id = JobId.next();
        NewJob job = new NewJob(id, "q", "t", new Payload(1, new byte[0]), JobOptions.DEFAULT);
        JobSnapshot.Times times = new JobSnapshot.Times(Instant.EPOCH, Instant.EPOCH, Instant.EPOCH, null);
        JobSnapshot snapshot = new JobSnapshot(
                job, JobState.RUNNING, 1, 0, times, JobSnapshot.Progress.NONE, List.of(), List.of(), null, null, null);
        TypeDefinition type =
                new TypeDefinition("t", Void.class, (nothing, context) -> null, "here", TypeOptions.DEFAULT);
        try (JobQ jobq = JobQ.builder().producerOnly().build()) {
            return new Attempt(new Claimed(new Lease("q", id, 1, 0), snapshot), type, RetryPolicy.DEFAULT, jobq);
        }
    }

    @Test
    void tellsWhetherItsThreadLives() {
        try (Deadlines deadlines = new Deadlines()) {
            assertThat(deadlines.isWatching()).isFalse();
            deadlines.start();
            assertThat(deadlines.isWatching()).isTrue();
            deadlines.look(new Broken());
            deadlines.watch(attempt(), Duration.ZERO);
            await().dontCatchUncaughtExceptions().until(() -> !deadlines.isWatching());
        }
    }
}
