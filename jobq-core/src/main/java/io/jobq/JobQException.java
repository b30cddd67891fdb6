package io.jobq;

/** Something JobQ could not do. The message says what happened and what to do about it. */
public class JobQException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With a message that stands for itself. */
    public JobQException(String message) {
        super(message);
    }

    /** With a cause. */
    public JobQException(String message, Throwable cause) {
        super(message, cause);
    }
}
