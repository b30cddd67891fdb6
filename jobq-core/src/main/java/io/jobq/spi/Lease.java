package io.jobq.spi;

import io.jobq.JobId;

/**
 * The time-limited hold of a worker on a job.
 *
 * @param queue the queue of the job
 * @param job the job held
 * @param token the fence: greater than that of every earlier lease on the job
 */
public record Lease(String queue, JobId job, long token) {
    /** The token alone: it hardly ever repeats, while a mix of ids and tokens that grow in step would. */
    @Override
    public int hashCode() {
        return Long.hashCode(token);
    }
}
