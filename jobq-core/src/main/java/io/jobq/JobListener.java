package io.jobq;

import java.util.List;

/**
 * Is told what happens. Every {@link #onStart} is followed by exactly one {@link #onEnd} of the same attempt, whatever
 * the handler does. A listener that throws is logged and harms nothing. Calls come on the thread concerned, so a slow
 * listener slows that producer or slot, and no other.
 */
public interface JobListener {
    /** Jobs were stored, duplicates included. */
    default void onEnqueue(String queue, List<JobHandle> jobs) {}

    /** An attempt is about to run. */
    default void onStart(JobContext job) {}

    /** An attempt ended, and this is what the worker will tell the storage. */
    default void onEnd(JobContext job, JobEnd end) {}

    /** The storage refused the end, since the lease was lost: another worker has the job, or had it. */
    default void onLost(JobContext job) {}
}
