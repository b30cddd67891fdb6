package io.jobq;

import io.jobq.spi.Due;
import io.jobq.spi.JobOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A unit of work to enqueue: type, payload and options. Immutable; each method that sets an option returns a new job.
 *
 * <pre>{@code Job.of("send_email", mail).priority(Priority.HIGH).delay(Duration.ofSeconds(5))}</pre>
 */
public final class Job {
    private final String type;
    private final @Nullable Object payload;
    private final @Nullable JobId id;
    private final @Nullable Unique unique;
    private final JobOptions options;

    private Job(
            String type, @Nullable Object payload, @Nullable JobId id, @Nullable Unique unique, JobOptions options) {
        this.type = type;
        this.payload = payload;
        this.id = id;
        this.unique = unique;
        this.options = options;
    }

    /**
     * A job for the handler of a type.
     *
     * @param payload what the codec can encode: with the default one, anything that Jackson turns into JSON
     */
    public static Job of(String type, Object payload) {
        Names.require("job type", type);
        Objects.requireNonNull(
                payload, () -> "payload of job type '" + type + "' is null; use Job.of(type) for a job without input");
        return new Job(type, payload, null, null, JobOptions.DEFAULT);
    }

    /** A job of a typed constant. */
    public static <P> Job of(JobType<P> type, P payload) {
        return of(type.name(), payload);
    }

    /** A job without input; its handler is registered with {@code Void.class} and gets null. */
    public static Job of(String type) {
        return new Job(Names.require("job type", type), null, null, null, JobOptions.DEFAULT);
    }

    /** With an id of the producer's own, so that enqueueing it again after a time-out does not make a second job. */
    public Job id(JobId ownId) {
        return new Job(type, payload, Objects.requireNonNull(ownId, "id"), unique, options);
    }

    /** Which line of the queue it stands in; {@link Priority#NORMAL} by default. */
    public Job priority(Priority priority) {
        return with(options.withPriority(priority));
    }

    /** Ready this long after it is stored, by the storage's clock; zero or more, in whole milliseconds. */
    public Job delay(Duration delay) {
        return with(options.withDue(new Due.In(delay)));
    }

    /** Ready at an instant by the storage's clock; at once if that is past. */
    public Job runAt(Instant instant) {
        return with(options.withDue(new Due.At(instant)));
    }

    /** Cancelled, and counted as expired, if no worker has started it by then. */
    public Job expiresAt(Instant instant) {
        return with(options.withExpiresAt(instant));
    }

    /** At most this many attempts, 1 or more, whatever the retry policy says. */
    public Job maxAttempts(int attempts) {
        if (attempts < 1) {
            throw new IllegalArgumentException("maxAttempts must be at least 1, but is " + attempts);
        }
        return with(options.withMaxAttempts(attempts));
    }

    /** Time limit of each attempt, instead of the type's. */
    public Job timeout(Duration timeout) {
        return with(options.withTimeout(timeout));
    }

    /**
     * The retry policy registered under this name with {@code JobQ.builder()}, instead of the type's. A worker that does
     * not know the name uses the type's.
     */
    public Job retryPolicy(String name) {
        return with(options.withRetryPolicy(Names.require("retry policy", name)));
    }

    /** Adds a header; headers are small strings carried to the handler. */
    public Job header(String name, String value) {
        Map<String, String> headers = new LinkedHashMap<>(options.headers());
        headers.put(name, value);
        return with(options.withHeaders(headers));
    }

    /** Whose job it is. */
    public Job tenant(String tenant) {
        return with(options.withTenant(Names.require("tenant", tenant)));
    }

    /**
     * At most one live job per key in its queue: while one is scheduled, ready or running, enqueueing another there with
     * the same key changes nothing and answers with the live one's id. Short for {@link Unique#key(String)}.
     */
    public Job unique(String key) {
        return unique(Unique.key(key));
    }

    /** At most one job in its queue per key, for as long as that says. */
    public Job unique(Unique rule) {
        Duration delay = Objects.requireNonNull(rule, "unique").delay();
        JobOptions changed = delay == null ? options : options.withDue(new Due.In(delay));
        return new Job(type, payload, id, rule, changed);
    }

    /** Names the job's effect, for interceptors and handlers that make it happen once. */
    public Job idempotencyKey(String key) {
        return with(options.withIdempotencyKey(Names.require("idempotency key", key)));
    }

    /** Counts against the limits of a key in its queue, those of a remote service for example. */
    public Job limitKey(String key) {
        return with(options.withLimitKey(Names.require("limit key", key)));
    }

    /** The job type's name. */
    public String type() {
        return type;
    }

    /** The input; null for a job without. */
    public @Nullable Object payload() {
        return payload;
    }

    /** The producer's own id; null when enqueueing shall make one. */
    public @Nullable JobId id() {
        return id;
    }

    /** How it is unique; null if it is not. */
    public @Nullable Unique unique() {
        return unique;
    }

    /** Everything else that is optional. */
    public JobOptions options() {
        return options;
    }

    private Job with(JobOptions changed) {
        return new Job(type, payload, id, unique, changed);
    }

    @Override
    public String toString() {
        return "Job[" + type + (id == null ? "" : ", id=" + id) + (unique == null ? "" : ", unique") + ", " + options
                + "]";
    }
}
