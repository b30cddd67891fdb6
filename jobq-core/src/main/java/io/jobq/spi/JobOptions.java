package io.jobq.spi;

import io.jobq.Priority;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Everything optional about a job, as it is stored. Producers set it through {@code Job}.
 *
 * @param priority which line of the queue
 * @param due when it becomes ready
 * @param expiresAt cancelled if not started by then; null for never
 * @param maxAttempts overrides the retry policy's; 0 for the policy's own
 * @param timeout overrides the type's time limit per attempt; null for the type's own
 * @param retryPolicy name of a retry policy registered with the system; null for the type's own
 * @param headers carried to the handler; trace context travels here
 * @param tenant whose job it is; null for nobody's
 * @param unique at most one job of its queue holds this key; null for no such limit
 * @param idempotencyKey names the effect, for handlers and interceptors that make it happen once; null for none
 * @param limitKey counts against the limits of this key in its queue; null for none
 */
public record JobOptions(
        Priority priority,
        Due due,
        @Nullable Instant expiresAt,
        int maxAttempts,
        @Nullable Duration timeout,
        @Nullable String retryPolicy,
        Map<String, String> headers,
        @Nullable String tenant,
        @Nullable UniqueKey unique,
        @Nullable String idempotencyKey,
        @Nullable String limitKey) {
    /** Normal priority, due now, everything else left to the type, queue and system. */
    public static final JobOptions DEFAULT =
            new JobOptions(Priority.NORMAL, Due.In.NOW, null, 0, null, null, Map.of(), null, null, null, null);

    /** Checks ranges and copies the headers. */
    public JobOptions {
        if (maxAttempts < 0) {
            throw new IllegalArgumentException("maxAttempts must be at least 1, but is " + maxAttempts);
        }
        if (timeout != null && (timeout.isNegative() || timeout.isZero())) {
            throw new IllegalArgumentException("timeout must be positive, but is " + DurationText.of(timeout));
        }
        Objects.requireNonNull(priority, "priority");
        Objects.requireNonNull(due, "due");
        headers = Map.copyOf(headers);
    }

    /** These options with another priority. */
    public JobOptions withPriority(Priority changed) {
        return changed(draft -> draft.priority = changed);
    }

    /** These options with another due. */
    public JobOptions withDue(Due changed) {
        return changed(draft -> draft.due = changed);
    }

    /** These options with another expiresAt. */
    public JobOptions withExpiresAt(@Nullable Instant changed) {
        return changed(draft -> draft.expiresAt = changed);
    }

    /** These options with another maxAttempts. */
    public JobOptions withMaxAttempts(int changed) {
        return changed(draft -> draft.maxAttempts = changed);
    }

    /** These options with another timeout. */
    public JobOptions withTimeout(Duration changed) {
        return changed(draft -> draft.timeout = changed);
    }

    /** These options with another retryPolicy. */
    public JobOptions withRetryPolicy(String changed) {
        return changed(draft -> draft.retryPolicy = changed);
    }

    /** These options with another headers. */
    public JobOptions withHeaders(Map<String, String> changed) {
        return changed(draft -> draft.headers = changed);
    }

    /** These options with another tenant. */
    public JobOptions withTenant(String changed) {
        return changed(draft -> draft.tenant = changed);
    }

    /** These options with another unique. */
    public JobOptions withUnique(@Nullable UniqueKey changed) {
        return changed(draft -> draft.unique = changed);
    }

    /** These options with another idempotencyKey. */
    public JobOptions withIdempotencyKey(String changed) {
        return changed(draft -> draft.idempotencyKey = changed);
    }

    /** These options with another limitKey. */
    public JobOptions withLimitKey(String changed) {
        return changed(draft -> draft.limitKey = changed);
    }

    private JobOptions changed(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.options();
    }

    /** What changes while one option is set. */
    private static final class Draft {
        Priority priority;
        Due due;

        @Nullable
        Instant expiresAt;

        int maxAttempts;

        @Nullable
        Duration timeout;

        @Nullable
        String retryPolicy;

        Map<String, String> headers;

        @Nullable
        String tenant;

        @Nullable
        UniqueKey unique;

        @Nullable
        String idempotencyKey;

        @Nullable
        String limitKey;

        Draft(JobOptions from) {
            priority = from.priority;
            due = from.due;
            expiresAt = from.expiresAt;
            maxAttempts = from.maxAttempts;
            timeout = from.timeout;
            retryPolicy = from.retryPolicy;
            headers = from.headers;
            tenant = from.tenant;
            unique = from.unique;
            idempotencyKey = from.idempotencyKey;
            limitKey = from.limitKey;
        }

        JobOptions options() {
            return new JobOptions(
                    priority,
                    due,
                    expiresAt,
                    maxAttempts,
                    timeout,
                    retryPolicy,
                    headers,
                    tenant,
                    unique,
                    idempotencyKey,
                    limitKey);
        }
    }
}
