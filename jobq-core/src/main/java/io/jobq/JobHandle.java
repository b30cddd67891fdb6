package io.jobq;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A reference to a stored job, for those who want to know what becomes of it. */
public interface JobHandle {
    /** The id under which the work is stored. */
    JobId id();

    /**
     * Whether this enqueue stored nothing, because a job with the same id, or a live one with the same unique key, was
     * there already. The handle refers to that one.
     */
    boolean isDuplicate();

    /** The job as it is now; empty once retention has deleted it. */
    Optional<JobSnapshot> find();

    /** Where the job stands now; empty once retention has deleted it. Asks the storage, as {@link #find()} does. */
    default Optional<JobState> state() {
        return find().map(JobSnapshot::state);
    }

    /**
     * Waits until the job has come to its end, be it good or bad.
     *
     * @param atMost how long; zero or less looks once
     * @return whether it has, or is no longer stored; false when the time is up
     * @throws InterruptedException if the thread is interrupted meanwhile
     * @throws io.jobq.spi.StorageException if the storage does not answer
     */
    boolean await(Duration atMost) throws InterruptedException;

    /**
     * The result, once there is one. Works from any process on the storage. The future completes on a thread
     * of its own; cancelling it stops the waiting, not the job.
     *
     * @param type what the result is read as
     * @return completes with the decoded result (null when the handler gave none), or exceptionally with
     *     {@link JobFailedException} when the job is dead, cancelled or no longer stored
     */
    <R> CompletableFuture<R> result(Class<R> type);

    /**
     * Cancels the job: at once while it waits; by asking its handler when it runs.
     *
     * @return whether there was something to cancel
     */
    boolean cancel();
}
