package io.jobq.codec;

import io.jobq.JobQException;

/** What is wrong with the form around a payload. Its message never quotes the payload, so it may be passed on as it is. */
final class EnvelopeException extends JobQException {
    private static final long serialVersionUID = 1L;

    EnvelopeException(String message) {
        super(message);
    }

    EnvelopeException(String message, Throwable cause) {
        super(message, cause);
    }
}
