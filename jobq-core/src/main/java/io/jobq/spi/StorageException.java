package io.jobq.spi;

import io.jobq.JobQException;

/**
 * The storage could not answer. Whether the call took effect is unknown; it may be repeated as it was, since every
 * storage call is safe to repeat.
 */
public class StorageException extends JobQException {
    private static final long serialVersionUID = 1L;

    /** With the storage's own words and cause. */
    public StorageException(String message, Throwable cause) {
        super(message, cause);
    }

    /** With the storage's own words. */
    public StorageException(String message) {
        super(message);
    }
}
