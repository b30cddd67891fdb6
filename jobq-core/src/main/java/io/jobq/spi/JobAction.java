package io.jobq.spi;

import io.jobq.JobState;
import io.jobq.Priority;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What an operator does to jobs. Each is atomic per job, and passes over the jobs it does not fit. */
public sealed interface JobAction {
    /** The states of jobs that it may fit. */
    Set<JobState> fits();

    /**
     * Fails unless it may be applied to what a filter names.
     *
     * @throws IllegalArgumentException if this is for one job only, and the filter does not name one id
     */
    default void requireFor(JobFilter filter) {
        Objects.requireNonNull(filter, "filter");
    }

    /**
     * Makes final jobs ready again as attempt 1, in their queue or another; their error history stays.
     *
     * @param queue where to; null for the queue it was in
     */
    record Replay(@Nullable String queue) implements JobAction {
        @Override
        public Set<JobState> fits() {
            return EnumSet.of(JobState.SUCCEEDED, JobState.DEAD, JobState.CANCELLED);
        }
    }

    /** Deletes jobs that are not running. */
    record Delete() implements JobAction {
        @Override
        public Set<JobState> fits() {
            return EnumSet.complementOf(EnumSet.of(JobState.RUNNING));
        }
    }

    /** Cancels waiting jobs at once; asks the workers of running ones to stop them. */
    record Cancel(String reason) implements JobAction {
        /** Rejects null. */
        public Cancel {
            Objects.requireNonNull(reason, "reason");
        }

        @Override
        public Set<JobState> fits() {
            return EnumSet.of(JobState.SCHEDULED, JobState.READY, JobState.RUNNING);
        }
    }

    /** Makes scheduled jobs, those between two attempts included, ready now, at the end of their lines. */
    record RunNow() implements JobAction {
        @Override
        public Set<JobState> fits() {
            return EnumSet.of(JobState.SCHEDULED);
        }
    }

    /**
     * Gives waiting jobs another due time; one that has come already sends them to the end of their lines. A bulk action
     * meets no job twice, wherever it puts it.
     *
     * @param due by the storage's clock
     */
    record Reschedule(Due due) implements JobAction {
        /** Rejects null. */
        public Reschedule {
            Objects.requireNonNull(due, "due");
        }

        @Override
        public Set<JobState> fits() {
            return EnumSet.of(JobState.SCHEDULED, JobState.READY);
        }
    }

    /**
     * Puts waiting jobs into another queue with all that they have been through: ready ones at the end of the line of their
     * priority, scheduled ones with the same due time. A job that is in that queue already, or whose unique key a live
     * job there holds, is passed over.
     *
     * @param queue where to
     */
    record Move(String queue) implements JobAction {
        /** Rejects null. */
        public Move {
            Objects.requireNonNull(queue, "queue");
        }

        @Override
        public Set<JobState> fits() {
            return EnumSet.of(JobState.SCHEDULED, JobState.READY);
        }
    }

    /**
     * Puts waiting jobs at the end of the line of another priority. A job that has this priority is passed over.
     *
     * @param priority the priority they get
     */
    record ChangePriority(Priority priority) implements JobAction {
        /** Rejects null. */
        public ChangePriority {
            Objects.requireNonNull(priority, "priority");
        }

        @Override
        public Set<JobState> fits() {
            return EnumSet.of(JobState.SCHEDULED, JobState.READY);
        }
    }

    /**
     * Gives a job that is not running another payload. For one job: the filter must name its id. Everything else stays, a unique key
     * that was made of the old payload included.
     *
     * @param payload what its handler gets from then on, encoded as its type's payloads are
     */
    record EditPayload(Payload payload) implements JobAction {
        /** Rejects null. */
        public EditPayload {
            Objects.requireNonNull(payload, "payload");
        }

        @Override
        public Set<JobState> fits() {
            return EnumSet.complementOf(EnumSet.of(JobState.RUNNING));
        }

        @Override
        public void requireFor(JobFilter filter) {
            if (filter.ids().size() != 1) {
                throw new IllegalArgumentException("a payload is edited of one job at a time, named by its id, but the"
                        + " filter names " + filter.ids().size() + " ids");
            }
        }
    }
}
