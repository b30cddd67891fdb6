package io.jobq.internal;

import io.jobq.Job;
import io.jobq.JobContext;
import io.jobq.JobHandle;
import io.jobq.JobInterceptor;
import io.jobq.Outcome;
import io.jobq.Queue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.ReceiverContext;
import io.micrometer.observation.transport.SenderContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;

/**
 * Observations around enqueue and process, named after the OpenTelemetry messaging conventions. A tracing bridge writes
 * its context into the job's headers on one side and reads it on the other.
 */
final class Tracing implements JobInterceptor {
    private final ObservationRegistry registry;

    Tracing(ObservationRegistry registry) {
        this.registry = registry;
    }

    @Override
    public List<JobHandle> aroundEnqueue(Queue queue, List<Job> jobs, Function<List<Job>, List<JobHandle>> next) {
        Map<String, String> carried = new HashMap<>();
        SenderContext<Map<String, String>> context =
                new SenderContext<>((headers, key, value) -> carried.put(key, value), Kind.PRODUCER);
        context.setCarrier(carried);
        context.setRemoteServiceName("jobq");
        return Observation.createNotStarted("jobq.enqueue", () -> context, registry)
                .contextualName("send " + queue.name())
                .lowCardinalityKeyValues(tags(queue.name(), "send"))
                .observe(() -> next.apply(
                        jobs.stream().map(job -> withHeaders(job, carried)).toList()));
    }

    private static Job withHeaders(Job job, Map<String, String> headers) {
        Job changed = job;
        for (Map.Entry<String, String> header : headers.entrySet()) {
            changed = changed.header(header.getKey(), header.getValue());
        }
        return changed;
    }

    @Override
    public Outcome aroundPerform(JobContext job, Callable<Outcome> next) throws Exception {
        ReceiverContext<Map<String, String>> context =
                new ReceiverContext<>((headers, key) -> job.headers().get(key), Kind.CONSUMER);
        context.setCarrier(job.headers());
        context.setRemoteServiceName("jobq");
        Observation observation = Observation.createNotStarted("jobq.process", () -> context, registry)
                .contextualName("process " + job.queue())
                .lowCardinalityKeyValues(tags(job.queue(), "process"))
                .lowCardinalityKeyValue("jobq.type", job.type())
                .highCardinalityKeyValue("messaging.message.id", job.id().toString());
        return observation.observeChecked(next::call);
    }

    private static KeyValues tags(String queue, String operation) {
        return KeyValues.of(
                "messaging.system", "jobq",
                "messaging.operation.type", operation,
                "messaging.destination.name", queue);
    }
}
