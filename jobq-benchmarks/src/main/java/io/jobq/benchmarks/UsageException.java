package io.jobq.benchmarks;

/** The command line makes no sense; the message says why. */
public final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With the reason. */
    public UsageException(String message) {
        super(message);
    }
}
