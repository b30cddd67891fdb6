package io.jobq.memory;

import io.jobq.AttemptError;
import io.jobq.JobSnapshot;
import io.jobq.JobSnapshot.Progress;
import io.jobq.JobState;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import io.jobq.spi.Payload;
import io.jobq.spi.Report;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stored job. Guarded by the lock of its {@link JobTable}; lists are replaced, never changed, so snapshots share them.
 * Times are epoch milliseconds and leases are found by their end, because a reference stored into an object that has
 * waited long costs the garbage collector more than making an instant again.
 */
final class Entry extends Position {
    private static final long NEVER = Long.MIN_VALUE;
    private static final int ERRORS_KEPT = 20;
    private static final int LOG_LINES_KEPT = 100;

    NewJob job;
    QueueLines queue;

    Place place = Place.SCHEDULED;
    /** Its turn in the ready line, kept while it runs so that a job given back finds its place again. */
    long turn;

    int attempt = 1;
    int losses;
    final long enqueued;
    long due;
    long started = NEVER;
    Progress progress = Progress.NONE;
    List<AttemptError> errors = List.of();
    List<String> log = List.of();

    @Nullable
    Payload result;

    @Nullable
    String reason;

    /** Why a running job shall stop; null when nobody asked. */
    @Nullable
    String cancelReason;

    /** While it is ready: where it is set aside, or has come back from. */
    @Nullable
    Gate gate;

    /** While it runs: where it counts; null for nowhere. */
    @Nullable
    List<Gate> counting;

    /** While it is ready: when it will have waited for longest; 0 for never. */
    long waitEnd;

    long token;
    /** The token of the last settlement, by which its repetition is known. */
    long settledToken;

    /** The sequence number of its last rescheduling, by which a bulk action knows whom it has met. */
    long rescheduled;

    /** While it runs, when its lease runs out, and where {@link Leases} holds it. */
    long leaseEnd;

    int slot;

    Entry(NewJob job, QueueLines queue, long now) {
        super(0, 0);
        this.job = job;
        this.queue = queue;
        this.enqueued = now;
        this.due = now;
    }

    int level() {
        return job.options().priority().level();
    }

    /** Whether it is scheduled or ready. */
    boolean isWaiting() {
        return place.state == JobState.SCHEDULED || place.state == JobState.READY;
    }

    boolean isHeldBy(long leaseToken) {
        return place == Place.RUNNING && token == leaseToken;
    }

    void hear(Report.Words words) {
        if (words.percent() >= 0 || words.note() != null) {
            progress = new Progress(
                    words.percent() >= 0 ? words.percent() : progress.percent(),
                    words.note() != null ? words.note() : progress.note());
        }
        if (!words.log().isEmpty()) {
            log = lastOf(log, words.log(), LOG_LINES_KEPT);
        }
    }

    void failed(AttemptError error) {
        errors = lastOf(errors, List.of(error), ERRORS_KEPT);
    }

    /** Forgets what its attempts came to, except for their errors and log. */
    void restart() {
        attempt = 1;
        losses = 0;
        progress = Progress.NONE;
        result = null;
        reason = null;
    }

    /** Becomes a job of another queue; its holder of the unique key and its line are the caller's business. */
    void enter(QueueLines other, JobOptions options) {
        job = new NewJob(job.id(), other.name, job.type(), job.payload(), options);
        queue = other;
    }

    void edit(Payload payload) {
        job = new NewJob(job.id(), job.queue(), job.type(), payload, job.options());
    }

    private static <T> List<T> lastOf(List<T> old, List<T> added, int kept) {
        List<T> all = new ArrayList<>(old);
        all.addAll(added);
        return List.copyOf(all.subList(Math.max(0, all.size() - kept), all.size()));
    }

    JobSnapshot snapshot() {
        return new JobSnapshot(job, place.state, attempt, losses, times(), progress, errors, log, result, reason);
    }

    private JobSnapshot.Times times() {
        Instant stored = Instant.ofEpochMilli(enqueued);
        return new JobSnapshot.Times(
                stored,
                due == enqueued ? stored : Instant.ofEpochMilli(due),
                started == NEVER ? null : Instant.ofEpochMilli(started),
                finished());
    }

    /** The first key of every final place. */
    @Nullable
    Instant finished() {
        return place.isFinal() ? Instant.ofEpochMilli(major) : null;
    }
}
