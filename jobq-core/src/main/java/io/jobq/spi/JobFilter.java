package io.jobq.spi;

import io.jobq.JobId;
import io.jobq.JobState;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which jobs are meant. Every part that is null or empty matches all.
 *
 * @param states in one of these states; empty for any
 * @param queue in this queue
 * @param type of this type
 * @param errorClass whose last error is of this class, by its full name
 * @param finishedFrom finished at or after
 * @param finishedBefore finished before
 * @param ids one of these; empty for any
 */
public record JobFilter(
        Set<JobState> states,
        @Nullable String queue,
        @Nullable String type,
        @Nullable String errorClass,
        @Nullable Instant finishedFrom,
        @Nullable Instant finishedBefore,
        Set<JobId> ids) {
    /** Every job. */
    public static final JobFilter ALL = new JobFilter(Set.of(), null, null, null, null, null, Set.of());

    /** Copies the sets. */
    public JobFilter {
        states = Set.copyOf(states);
        ids = Set.copyOf(ids);
    }

    /** Also in one of these states. */
    public JobFilter withStates(JobState... wanted) {
        return new JobFilter(Set.of(wanted), queue, type, errorClass, finishedFrom, finishedBefore, ids);
    }

    /** Also in this queue. */
    public JobFilter withQueue(@Nullable String wanted) {
        return new JobFilter(states, wanted, type, errorClass, finishedFrom, finishedBefore, ids);
    }

    /** Also of this type. */
    public JobFilter withType(@Nullable String wanted) {
        return new JobFilter(states, queue, wanted, errorClass, finishedFrom, finishedBefore, ids);
    }

    /** Also with a last error of this class. */
    public JobFilter withErrorClass(@Nullable String wanted) {
        return new JobFilter(states, queue, type, wanted, finishedFrom, finishedBefore, ids);
    }

    /** Also finished in this span, its end excluded. */
    public JobFilter withFinished(@Nullable Instant from, @Nullable Instant before) {
        return new JobFilter(states, queue, type, errorClass, from, before, ids);
    }

    /** Only these jobs. */
    public JobFilter withIds(Set<JobId> wanted) {
        return new JobFilter(states, queue, type, errorClass, finishedFrom, finishedBefore, wanted);
    }
}
