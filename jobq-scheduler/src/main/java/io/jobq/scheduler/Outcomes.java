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
    /** The results of those that have ended; of those that are not stored any more nobody knows. */
    Map<JobId, Result> of(Collection<JobId> ids) {
        Map<JobId, Result> results = new HashMap<>();
        if (ids.isEmpty()) {
            return results;
        }
        Set<JobId> gone = new HashSet<>(ids);
        JobFilter filter = JobFilter.ALL.withIds(gone);
        @Nullable String cursor = null;
        do {
            Page page = admin.list(filter, cursor, ids.size());
            for (JobSnapshot job : page.jobs()) {
                gone.remove(job.id());
                if (result(job.state()) != Result.UNFINISHED) {
                    results.put(job.id(), result(job.state()));
                }
            }
            cursor = page.next();
        } while (cursor != null);
        gone.forEach(id -> results.put(id, Result.UNKNOWN));
        return results;
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
