package io.jobq.scheduler;

import io.jobq.JobId;
import io.jobq.spi.Due;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import io.jobq.spi.Payload;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** A schedule's job, encoded; each tick makes one of it. */
record JobTemplate(String queue, String type, Payload payload, JobOptions options) {
    static JobTemplate of(NewJob encoded) {
        return new JobTemplate(encoded.queue(), encoded.type(), encoded.payload(), encoded.options());
    }

    JobTemplate withPayload(Payload changed) {
        return new JobTemplate(queue, type, changed, options);
    }

    /**
     * The job of a tick.
     *
     * @param due when it shall start
     */
    NewJob job(String schedule, Instant tick, Due due) {
        Map<String, String> headers = new HashMap<>(options.headers());
        headers.put(Scheduler.SCHEDULE_HEADER, schedule);
        headers.put(Scheduler.TICK_HEADER, tick.toString());
        JobOptions own = options.withDue(due).withHeaders(headers);
        if (options.idempotencyKey() != null) {
            own = own.withIdempotencyKey(options.idempotencyKey() + "@" + tick);
        }
        return new NewJob(JobId.next(), queue, type, payload, own);
    }
}
