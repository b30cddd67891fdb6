package io.jobq.internal;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** For how long, and how many of, the cancelled jobs are remembered. */
class HeldAttemptsTest {
    private static final TypeDefinition TYPE =
            new TypeDefinition("t", Void.class, (nothing, job) -> null, "here", TypeOptions.DEFAULT);
    private static final long SOME_TIME = Long.MAX_VALUE - 1_000; // nanoseconds may overflow
    private static final long REMEMBERED = HeldAttempts.REMEMBERED.toNanos();

    private final JobQ jobq = JobQ.builder().producerOnly().build();
    private final HeldAttempts held = new HeldAttempts();

    @AfterEach
    void close() {
        jobq.close();
    }

    private Attempt claim(JobId id) {
        NewJob job = new NewJob(id, "q", "t", new Payload(1, new byte[0]), JobOptions.DEFAULT);
        JobSnapshot.Times times = new JobSnapshot.Times(Instant.EPOCH, Instant.EPOCH, Instant.EPOCH, null);
        JobSnapshot snapshot = new JobSnapshot(
                job, JobState.RUNNING, 1, 0, times, JobSnapshot.Progress.NONE, List.of(), List.of(), null, null, null);
        Attempt attempt = new Attempt(new Claimed(new Lease("q", id, 1, 0), snapshot), TYPE, RetryPolicy.DEFAULT, jobq);
        held.add(attempt);
        return attempt;
    }

    @Test
    void stopsWhatItHolds() {
        Attempt attempt = claim(JobId.next());
        Attempt other = claim(JobId.next());
        held.cancel(List.of(attempt.id(), attempt.id()), SOME_TIME);
        assertThat(attempt.stopped()).isEqualTo(Attempt.Stop.CANCELLED);
        assertThat(other.stopped()).isNull();
    }

    @Test
    void doubtsWhatItHoldsLaterOnce() {
        JobId id = JobId.next();
        held.cancel(List.of(id), SOME_TIME);
        held.forget(SOME_TIME + REMEMBERED);
        Attempt attempt = claim(id);
        assertThat(attempt.stopped()).isNull();
        assertThat(attempt.takeDoubt()).isTrue();
        assertThat(attempt.takeDoubt()).isFalse();
        assertThat(claim(JobId.next()).takeDoubt()).isFalse();
    }

    @Test
    void forgetsWhatIsTooOldToMatter() {
        JobId first = JobId.next();
        JobId second = JobId.next();
        held.cancel(List.of(first, second), SOME_TIME);
        held.cancel(List.of(first), SOME_TIME + 1);
        held.forget(SOME_TIME + REMEMBERED + 1);
        assertThat(claim(first).takeDoubt()).isTrue();
        assertThat(claim(second).takeDoubt()).isFalse();
        held.forget(SOME_TIME + REMEMBERED + 2);
        assertThat(claim(first).takeDoubt()).isFalse();
    }

    @Test
    void remembersTheLatestOfVeryMany() {
        List<JobId> many = new ArrayList<>();
        for (int i = 0; i <= HeldAttempts.MOST_REMEMBERED; i++) {
            many.add(JobId.next());
        }
        held.cancel(many, SOME_TIME);
        assertThat(claim(many.get(0)).takeDoubt()).isFalse();
        assertThat(claim(many.get(1)).takeDoubt()).isTrue();
        assertThat(claim(many.get(many.size() - 1)).takeDoubt()).isTrue();
    }
}
