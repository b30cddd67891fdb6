package io.jobq;

/**
 * User code for a job type. It may be called by many threads at once, and more than once for the same job: delivery is
 * at least once. A normal return means success; any throwable goes to the retry policy.
 *
 * @param <P> the payload
 */
@FunctionalInterface
public interface Handler<P> {
    /**
     * Does the work. It should end soon after its thread is interrupted or {@link JobContext#isCancelled()} turns true.
     */
    void handle(P payload, JobContext job) throws Exception;
}
