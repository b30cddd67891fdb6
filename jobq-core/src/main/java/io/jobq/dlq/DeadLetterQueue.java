package io.jobq.dlq;

import io.jobq.JobId;
import io.jobq.JobQ;
import io.jobq.JobSnapshot;
import io.jobq.JobState;
import io.jobq.operations.Operations;
import io.jobq.spi.Applied;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobAdmin;
import io.jobq.spi.JobFilter;
import io.jobq.spi.Page;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongBiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The jobs that were given up on, with every attempt's error: look, replay, discard. Its size and age are capped by the
 * storage's {@link io.jobq.spi.Retention}. A view; it holds nothing, and many threads may use it. What is replayed and
 * discarded is written down in the {@linkplain Operations#audit() audit list} if it is told {@linkplain #of(JobQ, String)
 * who} does it; without a name it is not.
 *
 * <pre>{@code
 * DeadLetterQueue dead = DeadLetterQueue.of(jobq, "ada");
 * Filter declined = Filter.ALL.withErrorClass(CardDeclinedException.class.getName());
 * dead.list(declined, null, 50).jobs().forEach(job -> log.info("{}: {}", job.id(), job.reason()));
 * dead.replayAll(declined);
 * }</pre>
 */
public final class DeadLetterQueue {
    private static final int BATCH = 500;

    private final JobAdmin admin;
    private final ToLongBiFunction<JobFilter, JobAction> change;

    private DeadLetterQueue(JobAdmin admin, ToLongBiFunction<JobFilter, JobAction> change) {
        this.admin = admin;
        this.change = change;
    }

    /**
     * The dead letters of a system's storage, those of other processes included. What a program does to them by itself is not
     * written down.
     */
    public static DeadLetterQueue of(JobQ jobq) {
        JobAdmin admin = jobq.storage().admin();
        return new DeadLetterQueue(admin, (filter, action) -> apply(admin, filter, action));
    }

    /**
     * The dead letters for an operator: every call that changes any is one entry of the audit list, written before it begins
     * and as it goes on.
     *
     * @param who the operator's name, as {@link Operations#of(JobQ, String)} takes it
     */
    public static DeadLetterQueue of(JobQ jobq, String who) {
        Operations operations = Operations.of(jobq, who);
        return new DeadLetterQueue(
                jobq.storage().admin(),
                (filter, action) -> operations.run(filter, action, bulk -> true).done());
    }

    /**
     * Which dead letters are meant; every part that is null matches all.
     *
     * @param queue in this queue
     * @param type of this job type
     * @param errorClass whose last error has this full class name
     * @param diedFrom dead since this instant or later
     * @param diedBefore dead before this instant
     */
    public record Filter(
            @Nullable String queue,
            @Nullable String type,
            @Nullable String errorClass,
            @Nullable Instant diedFrom,
            @Nullable Instant diedBefore) {
        /** All of them. */
        public static final Filter ALL = new Filter(null, null, null, null, null);

        /** Only of this queue. */
        public Filter withQueue(String only) {
            return new Filter(only, type, errorClass, diedFrom, diedBefore);
        }

        /** Only of this type. */
        public Filter withType(String only) {
            return new Filter(queue, only, errorClass, diedFrom, diedBefore);
        }

        /** Only with a last error of this class. */
        public Filter withErrorClass(String only) {
            return new Filter(queue, type, only, diedFrom, diedBefore);
        }

        /** Only those that died within a span, its end excluded. */
        public Filter withDied(@Nullable Instant from, @Nullable Instant before) {
            return new Filter(queue, type, errorClass, from, before);
        }

        private JobFilter dead() {
            return JobFilter.ALL
                    .withStates(JobState.DEAD)
                    .withQueue(queue)
                    .withType(type)
                    .withErrorClass(errorClass)
                    .withFinished(diedFrom, diedBefore);
        }
    }

    /**
     * A page of dead letters, oldest first within a queue.
     *
     * @param cursor null for the first page, then {@link Page#next()}
     * @param limit 1 or more; a page may hold fewer and still have a next one
     */
    public Page list(Filter filter, @Nullable String cursor, int limit) {
        return admin.list(filter.dead(), cursor, limit);
    }

    /** One dead letter; empty if there is no such job or it is not dead. */
    public Optional<JobSnapshot> find(JobId id) {
        return admin.find(id).filter(job -> job.state() == JobState.DEAD);
    }

    /** Makes a dead job ready again as attempt 1; its errors stay with it. Returns false if it is not dead. */
    public boolean replay(JobId id) {
        return change.applyAsLong(one(id), new JobAction.Replay(null)) > 0;
    }

    /** As {@link #replay(JobId)}, into another queue. */
    public boolean replay(JobId id, String queue) {
        return change.applyAsLong(one(id), new JobAction.Replay(queue)) > 0;
    }

    /**
     * Replays all that match now, in batches; those that die again meanwhile are not replayed twice by this call. A job
     * whose unique key is held by a live job stays dead.
     *
     * @return how many were replayed
     */
    public long replayAll(Filter filter) {
        return change.applyAsLong(filter.dead(), new JobAction.Replay(null));
    }

    /** As {@link #replayAll(Filter)}, into another queue. */
    public long replayAll(Filter filter, String queue) {
        return change.applyAsLong(filter.dead(), new JobAction.Replay(queue));
    }

    /** Deletes a dead letter. Returns false if the job is not dead. */
    public boolean discard(JobId id) {
        return change.applyAsLong(one(id), new JobAction.Delete()) > 0;
    }

    /** Deletes all that match; with {@link Filter#withDied} that is a purge by age. Returns how many. */
    public long discardAll(Filter filter) {
        return change.applyAsLong(filter.dead(), new JobAction.Delete());
    }

    private static JobFilter one(JobId id) {
        return JobFilter.ALL.withStates(JobState.DEAD).withIds(Set.of(id));
    }

    private static long apply(JobAdmin admin, JobFilter filter, JobAction action) {
        long count = 0;
        String cursor = null;
        do {
            Applied applied = admin.apply(filter, action, cursor, BATCH);
            count += applied.count();
            cursor = applied.next();
        } while (cursor != null);
        return count;
    }
}
