package io.jobq;

/** A job that somebody waited for ended without a result: it is dead, cancelled, or no longer stored. */
public final class JobFailedException extends JobQException {
    private static final long serialVersionUID = 1L;

    /** With the reason the storage gives. */
    public JobFailedException(String message) {
        super(message);
    }
}
