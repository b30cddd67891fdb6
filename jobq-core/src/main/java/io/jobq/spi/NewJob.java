package io.jobq.spi;

import io.jobq.JobId;
import java.util.Objects;

/**
 * A job on its way into storage, everything the producer fixed.
 *
 * @param id its identity; inserting the same id again is a duplicate
 * @param queue the queue it waits in
 * @param type names the handler
 * @param payload the encoded input
 * @param options everything optional
 */
public record NewJob(JobId id, String queue, String type, Payload payload, JobOptions options) {
    /** Rejects nulls. */
    public NewJob {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(queue, "queue");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(payload, "payload");
        Objects.requireNonNull(options, "options");
    }
}
