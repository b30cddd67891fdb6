package io.jobq.scheduler;

import io.jobq.JobId;
import io.jobq.JobSnapshot;
import io.jobq.JobState;
import io.jobq.scheduler.ScheduleRun.Result;
import io.jobq.spi.JobAdmin;
import io.jobq.spi.JobFilter;
import io.jobq.spi.Page;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Looks up what has become of jobs. */
record Outcomes(JobAdmin admin) {
    /**
     * The results of those that have ended; of those that are not stored any more nobody knows.
     *
     * @param queue where they were enqueued, and are still unless somebody has moved them
     */
    Map<JobId, Result> of(String queue, Collection<JobId> ids) {
        Map<JobId, Result> results = new HashMap<>();
        Set<JobId> left = new HashSet<>(ids);
        lookUp(JobFilter.ALL.withQueue(queue), left, results);
        lookUp(JobFilter.ALL, left, results);
        left.forEach(id -> results.put(id, Result.UNKNOWN));
        return results;
    }

    /** Takes those that are found out of those that are left. */
    private void lookUp(JobFilter filter, Set<JobId> left, Map<JobId, Result> results) {
        if (left.isEmpty()) {
            return;
        }
        JobFilter wanted = filter.withIds(Set.copyOf(left));
        int most = left.size();
        @Nullable String cursor = null;
        do {
            Page page = admin.list(wanted, cursor, most);
            for (JobSnapshot job : page.jobs()) {
                left.remove(job.id());
                if (result(job.state()) != Result.UNFINISHED) {
                    results.put(job.id(), result(job.state()));
                }
            }
            cursor = page.next();
        } while (cursor != null);
    }

    private static Result result(JobState state) {
        return switch (state) {
            case SCHEDULED, READY, RUNNING -> Result.UNFINISHED;
            case SUCCEEDED -> Result.SUCCEEDED;
            case DEAD -> Result.DEAD;
            case CANCELLED -> Result.CANCELLED;
        };
    }
}
