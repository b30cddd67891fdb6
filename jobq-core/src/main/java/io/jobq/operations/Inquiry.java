package io.jobq.operations;

import io.jobq.JobId;
import io.jobq.JobSnapshot;
import io.jobq.JobState;
import io.jobq.WorkerInfo;
import io.jobq.spi.HoldingRule;
import io.jobq.spi.JobAdmin;
import io.jobq.spi.JobFilter;
import io.jobq.spi.Page;
import io.jobq.spi.StorageStats.QueueStats;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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

    /** What an operator has stopped comes first, then what is missing, then what will pass. */
    private Explanation aboutReady(JobSnapshot job) {
        QueueStats queue = admin.stats().queues().get(job.queue());
        if (queue != null && queue.paused()) {
            return new Explanation.Paused(job.queue());
        }
        List<HoldingRule> holding = queue == null ? List.of() : queue.holding().first();
        JobTerms terms = new JobTerms(admin, job);
        HoldingRule heldBy = job.heldBy();
        HoldingRule paused = heldBy != null && heldBy.isPaused() ? heldBy : terms.paused(holding);
        if (paused != null) {
            return new Explanation.HeldBack(paused);
        }
        Explanation unserved = unserved(job.queue());
        if (unserved != null) {
            return unserved;
        }
        HoldingRule reached = heldBy != null ? heldBy : terms.reached(holding);
        if (reached != null) {
            return new Explanation.HeldBack(reached);
        }
        long parked = queue == null ? 0 : queue.parked().getOrDefault(job.type(), 0L);
        return parked > 0 ? new Explanation.NoHandler(job.type(), parked) : inLine(job, holding.isEmpty());
    }

    private @Nullable Explanation unserved(String queue) {
        List<WorkerInfo> serving = workers.workers().stream()
                .filter(worker -> worker.queues().containsKey(queue))
                .toList();
        if (serving.stream().anyMatch(worker -> worker.state() == WorkerInfo.State.RUNNING)) {
            return null;
        }
        TreeSet<String> quiet = new TreeSet<>();
        serving.forEach(worker -> quiet.add(worker.id()));
        return new Explanation.NoWorker(queue, quiet);
    }

    private Explanation inLine(JobSnapshot job, boolean nobodyIsHeldBack) {
        JobFilter line = JobFilter.ALL.withStates(JobState.READY).withQueue(job.queue());
        List<JobSnapshot> seen = new ArrayList<>();
        String cursor = null;
        for (int i = 0; i < PAGES && seen.size() <= NEAR; i++) {
            Page page = admin.list(line, cursor, NEAR + 1 - seen.size());
            seen.addAll(page.jobs());
            cursor = page.next();
            if (cursor == null) {
                break;
            }
        }
        int ahead = indexOf(job.id(), seen);
        if (ahead < 0) {
            return cursor == null ? gone(job.id()) : new Explanation.InLine(Math.max(0, seen.size() - 1), false);
        }
        return new Explanation.InLine(
                ahead, nobodyIsHeldBack && new ClaimOrder(admin, job.queue()).isThatOf(seen, ahead, cursor == null));
    }

    private static int indexOf(JobId id, List<JobSnapshot> jobs) {
        for (int i = 0; i < jobs.size(); i++) {
            if (jobs.get(i).id().equals(id)) {
                return i;
            }
        }
        return -1;
    }

    /** It has left its place while this looked. */
    private Explanation gone(JobId id) {
        boolean waits =
                admin.find(id).filter(job -> job.state() == JobState.READY).isPresent();
        return waits ? new Explanation.InLine(0, false) : about(id);
    }
}
