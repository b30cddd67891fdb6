package io.jobq.spi;

import io.jobq.Priority;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
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
 * @param uniqueKey at most one live job per key in its queue; null for no such limit
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
        @Nullable String uniqueKey,
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
            throw new IllegalArgumentException("timeout must be positive, but is " + timeout);
        }
        Objects.requireNonNull(priority, "priority");
        Objects.requireNonNull(due, "due");
        headers = Map.copyOf(headers);
    }

    /** These options with another priority. */
    public JobOptions withPriority(Priority changed) {
        return new JobOptions(
                changed,
                due,
                expiresAt,
                maxAttempts,
                timeout,
                retryPolicy,
                headers,
                tenant,
                uniqueKey,
                idempotencyKey,
                limitKey);
    }

    /** These options with another due. */
    public JobOptions withDue(Due changed) {
        return new JobOptions(
                priority,
                changed,
                expiresAt,
                maxAttempts,
                timeout,
                retryPolicy,
                headers,
                tenant,
                uniqueKey,
                idempotencyKey,
                limitKey);
    }

    /** These options with another expiresAt. */
    public JobOptions withExpiresAt(@Nullable Instant changed) {
        return new JobOptions(
                priority,
                due,
                changed,
                maxAttempts,
                timeout,
                retryPolicy,
                headers,
                tenant,
                uniqueKey,
                idempotencyKey,
                limitKey);
    }

    /** These options with another maxAttempts. */
    public JobOptions withMaxAttempts(int changed) {
        return new JobOptions(
                priority,
                due,
                expiresAt,
                changed,
                timeout,
                retryPolicy,
                headers,
                tenant,
                uniqueKey,
                idempotencyKey,
                limitKey);
    }

    /** These options with another timeout. */
    public JobOptions withTimeout(Duration changed) {
        return new JobOptions(
                priority,
                due,
                expiresAt,
                maxAttempts,
                changed,
                retryPolicy,
                headers,
                tenant,
                uniqueKey,
                idempotencyKey,
                limitKey);
    }

    /** These options with another retryPolicy. */
    public JobOptions withRetryPolicy(String changed) {
        return new JobOptions(
                priority,
                due,
                expiresAt,
                maxAttempts,
                timeout,
                changed,
                headers,
                tenant,
                uniqueKey,
                idempotencyKey,
                limitKey);
    }

    /** These options with another headers. */
    public JobOptions withHeaders(Map<String, String> changed) {
        return new JobOptions(
                priority,
                due,
                expiresAt,
                maxAttempts,
                timeout,
                retryPolicy,
                changed,
                tenant,
                uniqueKey,
                idempotencyKey,
                limitKey);
    }

    /** These options with another tenant. */
    public JobOptions withTenant(String changed) {
        return new JobOptions(
                priority,
                due,
                expiresAt,
                maxAttempts,
                timeout,
                retryPolicy,
                headers,
                changed,
                uniqueKey,
                idempotencyKey,
                limitKey);
    }

    /** These options with another uniqueKey. */
    public JobOptions withUniqueKey(String changed) {
        return new JobOptions(
                priority,
                due,
                expiresAt,
                maxAttempts,
                timeout,
                retryPolicy,
                headers,
                tenant,
                changed,
                idempotencyKey,
                limitKey);
    }

    /** These options with another idempotencyKey. */
    public JobOptions withIdempotencyKey(String changed) {
        return new JobOptions(
                priority,
                due,
                expiresAt,
                maxAttempts,
                timeout,
                retryPolicy,
                headers,
                tenant,
                uniqueKey,
                changed,
                limitKey);
    }

    /** These options with another limitKey. */
    public JobOptions withLimitKey(String changed) {
        return new JobOptions(
                priority,
                due,
                expiresAt,
                maxAttempts,
                timeout,
                retryPolicy,
                headers,
                tenant,
                uniqueKey,
                idempotencyKey,
                changed);
    }
}
