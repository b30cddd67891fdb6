package io.jobq.internal;

import io.jobq.JobQException;

/** A stored payload that this system's handler can't take. Trying again would not help. */
final class UnusablePayloadException extends JobQException {
    private static final long serialVersionUID = 1L;

    UnusablePayloadException(String message, Throwable cause) {
        super(message, cause);
    }
}
