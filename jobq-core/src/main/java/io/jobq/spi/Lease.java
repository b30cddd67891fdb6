package io.jobq.spi;

import io.jobq.JobId;

/**
 * The time-limited hold of a worker on a job.
 *
 * @param queue the queue of the job
 * @param job the job held
 * @param token the fence: greater than that of every earlier lease on the job; jobs that are claimed together may share one
 */
public record Lease(String queue, JobId job, long token) {
    /** The job's alone: several leases on one job hardly ever meet, while those of one claim may share a token. */
    @Override
    public int hashCode() {
        return job.hashCode();
    }
}
