package io.jobq.internal;

import io.jobq.JobInterceptor;
import io.jobq.JobListener;
import io.jobq.PayloadCodec;
import io.jobq.QueueOptions;
import io.jobq.RetryPolicy;
import io.jobq.WorkerOptions;
import io.jobq.spi.Storage;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the builder gathered.
 *
 * @param storage where jobs live
 * @param ownsStorage whether to close it in the end
 * @param types the handlers
 * @param codec payloads to bytes and back
 * @param maxPayloadBytes largest encoded payload or result
 * @param retries how failures are answered
 * @param timeout time limit per attempt when nothing nearer says otherwise
 * @param extensions the user's code around jobs
 * @param meters where metrics go; null for nowhere
 * @param observations where observations go; a no-op registry for nowhere
 * @param workers one worker each
 */
public record Settings(
        Storage storage,
        boolean ownsStorage,
        TypeRegistry types,
        PayloadCodec codec,
        int maxPayloadBytes,
        Retries retries,
        Duration timeout,
        Extensions extensions,
        @Nullable MeterRegistry meters,
        ObservationRegistry observations,
        List<WorkerOptions> workers) {
    /**
     * The retry policies.
     *
     * @param system the one for all
     * @param named those that jobs may name
     * @param queues by queue
     */
    public record Retries(RetryPolicy system, Map<String, RetryPolicy> named, Map<String, QueueOptions> queues) {}

    /**
     * The user's extensions, in the order given.
     *
     * @param interceptors around jobs
     * @param listeners told of them
     */
    public record Extensions(List<JobInterceptor> interceptors, List<JobListener> listeners) {}
}
