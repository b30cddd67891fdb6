package io.jobq;

import io.jobq.spi.HoldingRule;
import io.jobq.spi.NewJob;
import io.jobq.spi.Payload;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stored job as it was at one moment. All times are by the storage's clock.
 *
 * @param job what the producer enqueued
 * @param state where it stands
 * @param attempt the attempt that runs, ran last, or comes next: failed attempts plus one
 * @param losses how often a lease on it ran out, because its worker died or hung
 * @param times when what happened
 * @param progress what its handler last reported
 * @param errors its failed attempts, oldest first; the last 20 are kept
 * @param log what its handler logged, oldest first; the last 100 lines are kept
 * @param result the encoded result of a succeeded job; null when there is none
 * @param reason why it is dead, cancelled or waiting; null when there is nothing to say
 * @param heldBy the rule that has held it back when it was its turn, and does still; null when none does. The queue's own rule
 *     holds back the line as a whole, and is not told here. In a partitioned queue, as it is in the job's partition
 */
public record JobSnapshot(
        NewJob job,
        JobState state,
        int attempt,
        int losses,
        Times times,
        Progress progress,
        List<AttemptError> errors,
        List<String> log,
        @Nullable Payload result,
        @Nullable String reason,
        @Nullable HoldingRule heldBy) {
    /** Its id. */
    public JobId id() {
        return job.id();
    }

    /** Its queue. */
    public String queue() {
        return job.queue();
    }

    /** Its type. */
    public String type() {
        return job.type();
    }

    /** The same with another rule that holds it back; null for none. */
    public JobSnapshot withHeldBy(@Nullable HoldingRule rule) {
        return new JobSnapshot(job, state, attempt, losses, times, progress, errors, log, result, reason, rule);
    }

    /**
     * When what happened.
     *
     * @param enqueued when it was stored
     * @param due when it became or becomes ready
     * @param started when it was last claimed; null before that
     * @param finished when it reached its final state; null before that
     */
    public record Times(
            Instant enqueued,
            Instant due,
            @Nullable Instant started,
            @Nullable Instant finished) {}

    /**
     * What a handler reported.
     *
     * @param percent 0 to 100
     * @param note what is being done; null when it did not say
     */
    public record Progress(int percent, @Nullable String note) {
        /** Nothing reported. */
        public static final Progress NONE = new Progress(0, null);
    }
}
