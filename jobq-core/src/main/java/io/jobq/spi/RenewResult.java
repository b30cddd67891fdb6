package io.jobq.spi;

/** What a renewal found. */
public enum RenewResult {
    /** The lease is prolonged. */
    HELD,
    /** The lease is gone; the handler works in vain and should stop. */
    LOST,
    /** The lease is prolonged, and somebody asked for the job to be cancelled. */
    CANCEL_REQUESTED
}
