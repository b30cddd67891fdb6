package io.jobq;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a handler knows about the attempt it runs. Usable from any thread until the handler returns. */
public interface JobContext {
    /** The job. */
    JobId id();

    /** The type as it was enqueued, which may be an alias. */
    String type();

    /** The queue it came from. */
    String queue();

    /** Which try this is, 1-based. Snoozes, releases and lost leases do not count. */
    int attempt();

    /** The most attempts that this job gets: its own number, else that of the nearest retry policy. */
    int maxAttempts();

    /**
     * Whether a failure of this attempt makes the job a dead letter, since it has no further attempt. A retry policy may
     * give up earlier for some errors.
     */
    default boolean isLastAttempt() {
        return attempt() >= maxAttempts();
    }

    /** Headers from the producer and its interceptors. */
    Map<String, String> headers();

    /** The value of one header; null when there is none of the name. */
    default @Nullable String header(String name) {
        return headers().get(name);
    }

    /** Whose job it is; null for nobody's. */
    @Nullable
    String tenant();

    /** The name of its effect; null when the producer gave none. */
    @Nullable
    String idempotencyKey();

    /** When it was enqueued, by the storage's clock. */
    Instant enqueuedAt();

    /**
     * A number that grows with every claim of this job. Make writes to other systems conditional on it, and a worker
     * that was paused beyond its lease cannot overwrite the work of its successor.
     */
    long fencingToken();

    /**
     * Whether the work is no longer wanted: someone cancelled the job, its time is up, its lease is lost, or the worker
     * must stop now. The handler's thread is interrupted at the same moment.
     */
    boolean isCancelled();

    /**
     * Reports how far the work is. Cheap: it is stored with the next lease renewal, at the latest at the end.
     *
     * @param percent 0 to 100
     * @param note what is being done; null to keep the last one
     */
    void progress(int percent, @Nullable String note);

    /** Reports how far the work is, 0 to 100 percent, and keeps the last note; as {@link #progress(int, String)}. */
    default void progress(int percent) {
        progress(percent, null);
    }

    /** Adds a line to the job's own log, stored like progress; the last 100 lines are kept, at 1,000 characters each. */
    void log(String line);

    /** The system that runs the job, for enqueueing more. */
    JobQ jobq();
}
