package io.jobq;

import java.util.List;

/** A job was not stored because another holds its unique key, and {@link Unique#rejecting()} makes that an error. */
public final class DuplicateJobException extends JobQException {
    private static final long serialVersionUID = 1L;

    private final transient List<JobHandle> handles;

    /** With what became of each job of the call. */
    public DuplicateJobException(String message, List<JobHandle> handles) {
        super(message);
        this.handles = List.copyOf(handles);
    }

    /**
     * One per job that was to be enqueued, in order. Those that were not rejected are stored; a rejected one's is a
     * duplicate, and refers to the job that holds the key. Empty after serialization.
     */
    public List<JobHandle> handles() {
        return handles == null ? List.of() : handles;
    }
}
