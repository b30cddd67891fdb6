package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.AttemptError;
import io.jobq.JobSnapshot;
import io.jobq.JobSnapshot.Progress;
import io.jobq.JobState;
import io.jobq.Priority;
import io.jobq.spi.JobFilter;
import io.jobq.spi.Lease;
import io.jobq.spi.NewJob;
import io.jobq.spi.Payload;
import io.jobq.spi.Report;
import io.jobq.spi.UniqueKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the model believes about a job. Times are the model's own milliseconds. */
final class ModelJob {
    final NewJob job;
    String queue;
    JobState state = JobState.READY;
    boolean parked;
    /** Put ahead of its line; jobs ahead are in no particular order among themselves. */
    boolean ahead;
    /** When it joined its line; jobs that joined in one step share a number and stand by due time. */
    long joined;

    /** Whether those that joined with it may stand in any order. */
    boolean jumbled;

    Priority priority;
    Payload payload;

    /** When it was stored. */
    long stored;

    long due;
    long leaseEnd;
    long finished;
    boolean started;
    int attempt = 1;
    int losses;
    Progress progress = Progress.NONE;
    List<AttemptError> errors = new ArrayList<>();
    List<String> log = new ArrayList<>();

    @Nullable
    Payload result;

    @Nullable
    String reason;

    @Nullable
    String cancelReason;

    /** The hold on it; or the last one. */
    @Nullable
    Lease lease;

    @Nullable
    Lease settled;

    ModelJob(NewJob job) {
        this.job = job;
        this.queue = job.queue();
        this.priority = job.options().priority();
        this.payload = job.payload();
    }

    boolean isWaiting() {
        return state == JobState.SCHEDULED || state == JobState.READY;
    }

    @Nullable
    UniqueKey key() {
        return job.options().unique();
    }

    boolean isClaimable() {
        return state == JobState.READY && !parked;
    }

    boolean isHeldBy(Lease wanted) {
        return state == JobState.RUNNING && wanted.equals(lease);
    }

    void start(Lease by, long end) {
        lease = by;
        leaseEnd = end;
        state = JobState.RUNNING;
        started = true;
        reason = null;
    }

    /** As it is now, for good. */
    ModelJob copy() {
        ModelJob copy = new ModelJob(job);
        copy.queue = queue;
        copy.state = state;
        copy.parked = parked;
        copy.ahead = ahead;
        copy.joined = joined;
        copy.jumbled = jumbled;
        copy.priority = priority;
        copy.payload = payload;
        copy.stored = stored;
        copy.due = due;
        copy.leaseEnd = leaseEnd;
        copy.finished = finished;
        copy.started = started;
        copy.attempt = attempt;
        copy.losses = losses;
        copy.progress = progress;
        copy.errors = new ArrayList<>(errors);
        copy.log = new ArrayList<>(log);
        copy.result = result;
        copy.reason = reason;
        copy.cancelReason = cancelReason;
        copy.lease = lease;
        copy.settled = settled;
        return copy;
    }

    void hear(Report.Words words) {
        progress = new Progress(
                words.percent() < 0 ? progress.percent() : words.percent(),
                words.note() == null ? progress.note() : words.note());
        log.addAll(words.log());
        while (log.size() > 100) {
            log.remove(0);
        }
    }

    void fail(AttemptError error) {
        errors.add(error);
        if (errors.size() > 20) {
            errors.remove(0);
        }
    }

    /** Whether it must be claimed, or listed, before another of its queue and state; false when either may be. */
    boolean isBefore(ModelJob other) {
        return switch (state) {
            case SCHEDULED -> due < other.due;
            case READY -> isAheadInLine(other);
            case RUNNING -> false;
            case SUCCEEDED, DEAD, CANCELLED -> finished < other.finished;
        };
    }

    private boolean isAheadInLine(ModelJob other) {
        int level = priority.level();
        int otherLevel = other.priority.level();
        if (parked || other.parked) {
            return false;
        }
        if (level != otherLevel) {
            return level < otherLevel;
        }
        if (ahead || other.ahead) {
            return ahead && !other.ahead;
        }
        if (!Objects.equals(job.options().tenant(), other.job.options().tenant())) {
            return false; // they take turns
        }
        return joined != other.joined ? joined < other.joined : !jumbled && due < other.due;
    }

    /** Whether a filter without times means it. */
    boolean matches(JobFilter filter) {
        String lastError =
                errors.isEmpty() ? null : errors.get(errors.size() - 1).errorClass();
        return (filter.states().isEmpty() || filter.states().contains(state))
                && (filter.queue() == null || filter.queue().equals(queue))
                && (filter.type() == null || filter.type().equals(job.type()))
                && (filter.tenant() == null
                        || filter.tenant().equals(job.options().tenant()))
                && (filter.priority() == null || filter.priority().equals(priority))
                && (filter.limitKey() == null
                        || filter.limitKey().equals(job.options().limitKey()))
                && (filter.errorClass() == null || filter.errorClass().equals(lastError))
                && (filter.ids().isEmpty() || filter.ids().contains(job.id()));
    }

    /** Fails unless a snapshot says what the model believes; of times only whether they are set. */
    void assertSameAs(JobSnapshot stored) {
        assertThat(stored.id()).isEqualTo(job.id());
        assertThat(stored.queue()).as("queue").isEqualTo(queue);
        assertThat(stored.state()).as("state").isEqualTo(state);
        assertThat(stored.attempt()).as("attempt").isEqualTo(attempt);
        assertThat(stored.losses()).as("losses").isEqualTo(losses);
        assertThat(stored.progress()).as("progress").isEqualTo(progress);
        assertThat(stored.errors()).as("errors").isEqualTo(errors);
        assertThat(stored.log()).as("log").isEqualTo(log);
        assertThat(stored.result()).as("result").isEqualTo(result);
        assertThat(stored.reason()).as("reason").isEqualTo(reason);
        assertThat(stored.job().payload()).as("payload").isEqualTo(payload);
        assertThat(stored.type()).as("type").isEqualTo(job.type());
        assertThat(stored.job().options().priority()).as("priority").isEqualTo(priority);
        assertThat(stored.job().options().unique()).isEqualTo(key());
        assertThat(stored.times().started() != null).as("started").isEqualTo(started);
        assertThat(stored.times().finished() != null).as("finished").isEqualTo(state.isFinal());
    }

    @Override
    public String toString() {
        return "%s (%s in '%s', level %d, ahead %s, joined %d, due %d, finished %d)"
                .formatted(job.id(), state, queue, priority.level(), ahead, joined, due, finished);
    }
}
