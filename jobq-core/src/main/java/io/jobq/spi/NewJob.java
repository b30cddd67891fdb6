package io.jobq.spi;

import io.jobq.JobId;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A job on its way into storage, everything the producer fixed.
 *
 * @param id its identity; inserting the same id again is a duplicate
 * @param queue the queue it waits in
 * @param type names the handler
 * @param payload the encoded input
 * @param options everything optional
 * @param guard what is stored with it or keeps it from being stored; not part of the stored job. Null for nothing
 */
public record NewJob(
        JobId id,
        String queue,
        String type,
        Payload payload,
        JobOptions options,
        @Nullable Guard guard) {
    /** Rejects nulls, and a guard beside a unique key. */
    public NewJob {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(queue, "queue");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(payload, "payload");
        Objects.requireNonNull(options, "options");
        if (guard != null && options.unique() != null) {
            throw new IllegalArgumentException("a job has a guard or a unique key, not both");
        }
    }

    /** Without a guard. */
    public NewJob(JobId id, String queue, String type, Payload payload, JobOptions options) {
        this(id, queue, type, payload, options, null);
    }

    /** The same with another guard, or none. */
    public NewJob withGuard(@Nullable Guard changed) {
        return new NewJob(id, queue, type, payload, options, changed);
    }
}
