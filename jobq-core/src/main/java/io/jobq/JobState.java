package io.jobq;

/**
 * Where a job stands. "Failed" is an event (an attempt failed) and "retry" a decision; neither is a state.
 *
 * <p>A job is <em>live</em> until it reaches one of the three final states; retention deletes it some time after.
 */
public enum JobState {
    /** Waiting for its due time: delayed by its producer, or by a retry or snooze after an attempt. */
    SCHEDULED,
    /** Due, waiting for a worker. */
    READY,
    /** Claimed by a worker under a lease. */
    RUNNING,
    /** Final: its handler finished. */
    SUCCEEDED,
    /** Final unless replayed: given up on, kept in the dead letter queue. */
    DEAD,
    /** Final: cancelled, discarded by its handler without error, or expired before it started. */
    CANCELLED;

    /** Whether no worker will touch a job in this state again unless an operator replays it. */
    public boolean isFinal() {
        return this == SUCCEEDED || this == DEAD || this == CANCELLED;
    }
}
