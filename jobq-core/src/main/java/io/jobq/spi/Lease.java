package io.jobq.spi;

import io.jobq.JobId;

/**
 * The time-limited hold of a worker on a job.
 *
 * @param queue the queue of the job
 * @param job the job held
 * @param token the fence: greater than that of every earlier lease on the job, also if the storage has forgotten that lease, as
 *     after a failover; jobs that are claimed together may share one
 * @param nonce a random number of the claim, 0 or more: what tells two claims apart that a storage gave one token, because its
 *     clock was put back when it had forgotten the first
 */
public record Lease(String queue, JobId job, long token, long nonce) {
    /** The job's alone: several leases on one job hardly ever meet, while those of one claim may share a token. */
    @Override
    public int hashCode() {
        return job.hashCode();
    }
}
