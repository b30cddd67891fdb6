package io.jobq.scheduler;

import io.jobq.Priority;
import io.jobq.spi.Due;
import io.jobq.spi.JobOptions;
import io.jobq.spi.Payload;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How a schedule's job is stored; what it does not have is null and left out. */
record JobForm(
        @Nullable String queue,
        @Nullable String type,
        @Nullable PayloadForm payload,
        @Nullable OptionsForm options) {
    /** A payload as text if it is UTF-8, else in Base64. */
    record PayloadForm(
            @Nullable Integer version,
            @Nullable String text,
            @Nullable String base64) {
        static PayloadForm of(Payload payload) {
            String text = new String(payload.data(), StandardCharsets.UTF_8);
            boolean isText = Arrays.equals(text.getBytes(StandardCharsets.UTF_8), payload.data());
            return new PayloadForm(
                    payload.version(),
                    isText ? text : null,
                    isText ? null : Base64.getEncoder().encodeToString(payload.data()));
        }

        Payload payload() {
            byte[] data = base64 == null
                    ? Json.required("text", text).getBytes(StandardCharsets.UTF_8)
                    : Base64.getDecoder().decode(base64);
            return new Payload(Json.required("version", version), data);
        }
    }

    /** What is optional. */
    record OptionsForm(
            @Nullable Integer priority,
            @Nullable Integer maxAttempts,
            @Nullable String timeout,
            @Nullable String retryPolicy,
            @Nullable Map<String, String> headers,
            @Nullable String tenant,
            @Nullable String idempotencyKey,
            @Nullable String limitKey) {
        static OptionsForm of(JobOptions options) {
            return new OptionsForm(
                    options.priority().level(),
                    options.maxAttempts() == 0 ? null : options.maxAttempts(),
                    options.timeout() == null ? null : options.timeout().toString(),
                    options.retryPolicy(),
                    options.headers().isEmpty() ? null : new TreeMap<>(options.headers()),
                    options.tenant(),
                    options.idempotencyKey(),
                    options.limitKey());
        }

        JobOptions options() {
            return new JobOptions(
                    new Priority(Json.required("priority", priority)),
                    Due.In.NOW,
                    null,
                    maxAttempts == null ? 0 : maxAttempts,
                    timeout == null ? null : Duration.parse(timeout),
                    retryPolicy,
                    headers == null ? Map.of() : headers,
                    tenant,
                    null,
                    idempotencyKey,
                    limitKey);
        }
    }

    static JobForm of(JobTemplate job) {
        return new JobForm(job.queue(), job.type(), PayloadForm.of(job.payload()), OptionsForm.of(job.options()));
    }

    JobTemplate template() {
        return new JobTemplate(
                Json.required("queue", queue),
                Json.required("type", type),
                Json.required("payload", payload).payload(),
                Json.required("options", options).options());
    }
}
