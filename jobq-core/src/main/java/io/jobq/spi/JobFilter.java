package io.jobq.spi;

import io.jobq.AttemptError;
import io.jobq.JobId;
import io.jobq.JobSnapshot;
import io.jobq.JobState;
import io.jobq.Priority;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which jobs are meant. Every part that is null, {@link Span#ANY} or empty matches all. Immutable.
 *
 * @param states in one of these states; empty for any
 * @param queue in this queue
 * @param type of this type
 * @param tenant of this tenant
 * @param priority of this priority
 * @param limitKey counting against the limits of this key
 * @param errorClass whose last error is of this class, by its full name
 * @param enqueued when they were stored
 * @param finished when they reached their final state; jobs that have not are in no span but {@link Span#ANY}
 * @param ids one of these; empty for any, at most 10,000
 */
public record JobFilter(
        Set<JobState> states,
        @Nullable String queue,
        @Nullable String type,
        @Nullable String tenant,
        @Nullable Priority priority,
        @Nullable String limitKey,
        @Nullable String errorClass,
        Span enqueued,
        Span finished,
        Set<JobId> ids) {
    private static final int MOST_IDS = 10_000;

    /** Every job. */
    public static final JobFilter ALL =
            new JobFilter(Set.of(), null, null, null, null, null, null, Span.ANY, Span.ANY, Set.of());

    /** Copies the sets; rejects more ids than one call should look for. */
    public JobFilter {
        states = Set.copyOf(states);
        ids = Set.copyOf(ids);
        if (ids.size() > MOST_IDS) {
            throw new IllegalArgumentException("a filter names at most " + MOST_IDS + " ids, but this one " + ids.size()
                    + "; name some at a time");
        }
    }

    /**
     * A span of time, by the storage's clock.
     *
     * @param from at or after; null for no beginning
     * @param before before; null for no end
     */
    public record Span(@Nullable Instant from, @Nullable Instant before) {
        /** At any time, or not yet. */
        public static final Span ANY = new Span(null, null);

        /** Whether an instant is within; null, for never, is only within {@link #ANY}. */
        public boolean contains(@Nullable Instant at) {
            return at == null
                    ? equals(ANY)
                    : (from == null || !at.isBefore(from)) && (before == null || at.isBefore(before));
        }
    }

    /** Whether a job is meant, by what its producer and operators have made it: in whatever state it is. */
    public boolean isAbout(NewJob job) {
        JobOptions options = job.options();
        return isOrAny(queue, job.queue())
                && isOrAny(type, job.type())
                && isOrAny(tenant, options.tenant())
                && isOrAny(priority, options.priority())
                && isOrAny(limitKey, options.limitKey())
                && (ids.isEmpty() || ids.contains(job.id()));
    }

    /** Whether a job is meant, as it is at that moment. */
    public boolean matches(JobSnapshot job) {
        return isAbout(job.job())
                && (states.isEmpty() || states.contains(job.state()))
                && isOrAny(errorClass, lastErrorClass(job.errors()))
                && enqueued.contains(job.times().enqueued())
                && finished.contains(job.times().finished());
    }

    private static boolean isOrAny(@Nullable Object wanted, @Nullable Object is) {
        return wanted == null || wanted.equals(is);
    }

    private static @Nullable String lastErrorClass(List<AttemptError> errors) {
        return errors.isEmpty() ? null : errors.get(errors.size() - 1).errorClass();
    }

    /** Whether any job in this state may match. */
    public boolean mayMatch(JobState state) {
        return (states.isEmpty() || states.contains(state)) && (state.isFinal() || finished.equals(Span.ANY));
    }

    /** Also in one of these states; none for any. */
    public JobFilter withStates(JobState... wanted) {
        return changed(draft -> draft.states = Set.of(wanted));
    }

    /** Also in this queue. */
    public JobFilter withQueue(@Nullable String wanted) {
        return changed(draft -> draft.queue = wanted);
    }

    /** Also of this type. */
    public JobFilter withType(@Nullable String wanted) {
        return changed(draft -> draft.type = wanted);
    }

    /** Also of this tenant. */
    public JobFilter withTenant(@Nullable String wanted) {
        return changed(draft -> draft.tenant = wanted);
    }

    /** Also of this priority. */
    public JobFilter withPriority(@Nullable Priority wanted) {
        return changed(draft -> draft.priority = wanted);
    }

    /** Also with this limit key. */
    public JobFilter withLimitKey(@Nullable String wanted) {
        return changed(draft -> draft.limitKey = wanted);
    }

    /** Also with a last error of this class. */
    public JobFilter withErrorClass(@Nullable String wanted) {
        return changed(draft -> draft.errorClass = wanted);
    }

    /** Also stored in this span, its end excluded. */
    public JobFilter withEnqueued(@Nullable Instant from, @Nullable Instant before) {
        return changed(draft -> draft.enqueued = new Span(from, before));
    }

    /** Also finished in this span, its end excluded. */
    public JobFilter withFinished(@Nullable Instant from, @Nullable Instant before) {
        return changed(draft -> draft.finished = new Span(from, before));
    }

    /** Only these jobs. */
    public JobFilter withIds(Set<JobId> wanted) {
        return changed(draft -> draft.ids = wanted);
    }

    private JobFilter changed(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.filter();
    }

    /** What changes while one part is set. */
    private static final class Draft {
        Set<JobState> states;

        @Nullable
        String queue;

        @Nullable
        String type;

        @Nullable
        String tenant;

        @Nullable
        Priority priority;

        @Nullable
        String limitKey;

        @Nullable
        String errorClass;

        Span enqueued;
        Span finished;
        Set<JobId> ids;

        Draft(JobFilter from) {
            states = from.states;
            queue = from.queue;
            type = from.type;
            tenant = from.tenant;
            priority = from.priority;
            limitKey = from.limitKey;
            errorClass = from.errorClass;
            enqueued = from.enqueued;
            finished = from.finished;
            ids = from.ids;
        }

        JobFilter filter() {
            return new JobFilter(states, queue, type, tenant, priority, limitKey, errorClass, enqueued, finished, ids);
        }
    }
}
