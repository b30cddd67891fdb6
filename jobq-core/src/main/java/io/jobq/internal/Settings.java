package io.jobq.internal;

import io.jobq.JobInterceptor;
import io.jobq.JobListener;
import io.jobq.JobSnapshot;
import io.jobq.PayloadCodec;
import io.jobq.QueueOptions;
import io.jobq.RetryPolicy;
import io.jobq.TypeOptions;
import io.jobq.WorkerOptions;
import io.jobq.spi.Storage;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
     * @param unknown names that jobs had and that are not given here; each is said once
     */
    public record Retries(
            RetryPolicy system, Map<String, RetryPolicy> named, Map<String, QueueOptions> queues, Set<String> unknown) {
        private static final Logger log = LoggerFactory.getLogger(Settings.class);
        /** So many names are remembered, so that made-up ones take no memory. */
        private static final int MOST = 1_000;

        /** With none unknown so far. */
        public Retries(RetryPolicy system, Map<String, RetryPolicy> named, Map<String, QueueOptions> queues) {
            this(system, named, queues, ConcurrentHashMap.newKeySet());
        }

        /** The nearest policy: the job's, its type's, its queue's, the system's. */
        RetryPolicy nearest(JobSnapshot job, TypeOptions type) {
            String name = job.job().options().retryPolicy();
            @Nullable RetryPolicy nearest = name == null ? null : named.get(name);
            if (name != null && nearest == null && unknown.size() < MOST && unknown.add(name)) {
                log.warn(
                        "job {} of type '{}' names the retry policy '{}', which this system does not have, so that of its type,"
                                + " queue or system counts; policies here: {}",
                        job.id(),
                        job.type(),
                        name,
                        new TreeSet<>(named.keySet()));
            }
            if (nearest == null) {
                nearest = type.retry();
            }
            if (nearest == null) {
                nearest = queues.getOrDefault(job.queue(), QueueOptions.DEFAULT).retry();
            }
            return nearest != null ? nearest : system;
        }
    }

    /**
     * The user's extensions, in the order given.
     *
     * @param interceptors around jobs
     * @param listeners told of them
     */
    public record Extensions(List<JobInterceptor> interceptors, List<JobListener> listeners) {}
}
