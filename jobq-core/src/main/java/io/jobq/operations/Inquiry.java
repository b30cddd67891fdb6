package io.jobq.operations;

import io.jobq.JobId;
import io.jobq.JobSnapshot;
import io.jobq.JobState;
import io.jobq.WorkerInfo;
import io.jobq.spi.HoldingRule;
import io.jobq.spi.JobAdmin;
import io.jobq.spi.JobFilter;
import io.jobq.spi.Page;
import io.jobq.spi.Rule.Target;
import io.jobq.spi.StorageStats.QueueStats;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Finds out why a job is not running: what it says itself, its queue, the workers, and at last the line it stands in. */
final class Inquiry {
    /** So many places in a line are looked at. */
    static final int NEAR = 100;
    /** A page may be short of jobs though there are more: what it looked at did not match. */
    private static final int PAGES = 4;

    private final JobAdmin admin;
    private final WorkerRegistry workers;

    Inquiry(JobAdmin admin, WorkerRegistry workers) {
        this.admin = admin;
        this.workers = workers;
    }

    Explanation about(JobId id) {
        Optional<JobSnapshot> found = admin.find(id);
        if (found.isEmpty()) {
            return new Explanation.Unknown();
        }
        JobSnapshot job = found.get();
        Instant enqueued = job.times().enqueued();
        return switch (job.state()) {
            case RUNNING -> new Explanation.Running(orElse(job.times().started(), enqueued), runnerOf(id));
            case SCHEDULED -> new Explanation.Scheduled(job.times().due(), job.attempt(), job.reason());
            case SUCCEEDED, DEAD, CANCELLED ->
                new Explanation.Finished(job.state(), orElse(job.times().finished(), enqueued), job.reason());
            case READY -> aboutReady(job);
        };
    }

    private static Instant orElse(@Nullable Instant time, Instant other) {
        return Objects.requireNonNullElse(time, other);
    }

    /** Workers name the first hundred of the jobs they run, every few seconds. */
    private @Nullable String runnerOf(JobId id) {
        for (WorkerInfo worker : workers.workers()) {
            if (worker.running().stream().anyMatch(each -> each.id().equals(id))) {
                return worker.id();
            }
        }
        return null;
    }

    private Explanation aboutReady(JobSnapshot job) {
        Map<String, QueueStats> queues = admin.stats().queues();
        QueueStats queue = queues.get(job.queue());
        if (queue != null && queue.paused()) {
            return new Explanation.Paused(job.queue());
        }
        List<WorkerInfo> serving = workers.workers().stream()
                .filter(worker -> worker.queues().containsKey(job.queue()))
                .toList();
        if (serving.stream().noneMatch(worker -> worker.state() == WorkerInfo.State.RUNNING)) {
            TreeSet<String> quiet = new TreeSet<>();
            serving.forEach(worker -> quiet.add(worker.id()));
            return new Explanation.NoWorker(job.queue(), quiet);
        }
        HoldingRule heldBy = job.heldBy();
        if (heldBy != null) {
            return new Explanation.HeldBack(heldBy);
        }
        long parked = queue == null ? 0 : queue.parked().getOrDefault(job.type(), 0L);
        return parked > 0 ? new Explanation.NoHandler(job.type(), parked) : inLine(job, queue);
    }

    private Explanation inLine(JobSnapshot job, @Nullable QueueStats queue) {
        List<HoldingRule> rules = queue == null ? List.of() : queue.holding().first();
        return !rules.isEmpty() && rules.get(0).target() == Target.QUEUE
                ? new Explanation.HeldBack(rules.get(0))
                : inLine(job);
    }

    private Explanation inLine(JobSnapshot job) {
        JobFilter line = JobFilter.ALL.withStates(JobState.READY).withQueue(job.queue());
        int ahead = 0;
        String cursor = null;
        for (int i = 0; i < PAGES && ahead <= NEAR; i++) {
            Page page = admin.list(line, cursor, NEAR + 1 - ahead);
            for (JobSnapshot other : page.jobs()) {
                if (other.id().equals(job.id())) {
                    return new Explanation.InLine(ahead, true);
                }
                ahead++;
            }
            cursor = page.next();
            if (cursor == null) {
                return gone(job.id());
            }
        }
        return new Explanation.InLine(Math.max(0, ahead - 1), false);
    }

    /** It has left its place while this looked. */
    private Explanation gone(JobId id) {
        boolean waits =
                admin.find(id).filter(job -> job.state() == JobState.READY).isPresent();
        return waits ? new Explanation.InLine(0, false) : about(id);
    }
}
