package io.jobq;

import io.jobq.spi.UniqueKey;
import io.jobq.spi.UniqueKey.Until;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * At most one job of a queue per key: what makes the key, how long a job holds it, and what becomes of another job that
 * comes meanwhile. Immutable; each method returns another one.
 *
 * <pre>{@code
 * Job.of("reindex", shop).unique(Unique.fields("shopId").untilStart())
 * Job.of("save", draft).unique(Unique.key("draft:17").debounce(Duration.ofSeconds(5)))
 * Job.of("warn", alarm).unique(Unique.key("disk").throttle(Duration.ofHours(1)))
 * }</pre>
 *
 * <p>The storage decides in the call that stores the job, so of any number of producers one gets the key. A key is free
 * again when the job that holds it is cancelled or deleted, whatever its scope; no crash leaves one behind.
 */
public final class Unique {
    private enum Conflict {
        KEEP,
        REPLACE,
        REJECT
    }

    private final Function<Job, String> key;
    private final Until until;
    private final @Nullable Duration window;
    private final Conflict conflict;
    private final boolean delays;

    private Unique(
            Function<Job, String> key, Until until, @Nullable Duration window, Conflict conflict, boolean delays) {
        this.key = key;
        this.until = until;
        this.window = window;
        this.conflict = conflict;
        this.delays = delays;
    }

    /**
     * By a key of your own, which jobs of all types in the queue share.
     *
     * @param key 1 to 200 characters, no control characters or braces
     */
    public static Unique key(String key) {
        Names.require("unique key", key);
        return of(job -> key);
    }

    /**
     * By type and whole payload, as Jackson's default mapper writes it as JSON with sorted properties, whatever the codec; a
     * SHA-256 hash of that is stored. Collections count in the order they have, which a set may have anew in each process.
     * Enqueueing throws {@link JobQException} if it can't be written so.
     */
    public static Unique payload() {
        return of(job -> Fingerprint.of(job.type(), job.payload()));
    }

    /**
     * By type and some fields of the payload, names and values, as {@link #payload()}. Enqueueing throws {@link JobQException}
     * if one is not there.
     *
     * @param first name of a property, or names with dots between them for one further inside: {@code "customer.id"}
     */
    public static Unique fields(String first, String... others) {
        List<String> paths = Fingerprint.paths(first, others);
        return of(job -> Fingerprint.of(job.type(), job.payload(), paths));
    }

    private static Unique of(Function<Job, String> key) {
        return new Unique(key, Until.FINISH, null, Conflict.KEEP, false);
    }

    /**
     * Held until a worker claims the job, so there is at most one that no worker has had. Whoever enqueues while it runs
     * gets another, which sees what has changed since. A retry does not take the key again; a job that its worker gives
     * back does, if it is free.
     */
    public Unique untilStart() {
        return new Unique(key, Until.START, null, conflict, false);
    }

    /** Held until the job has succeeded, is dead or cancelled; so there is at most one live job. The default. */
    public Unique untilFinished() {
        return new Unique(key, Until.FINISH, null, conflict, false);
    }

    /**
     * Held for a time from when the job was stored, whatever has become of it: the first wins, and of each window one job is
     * stored. It may still wait when the window ends and another may be stored.
     *
     * @param window 1 ms to 366 days
     */
    public Unique throttle(Duration window) {
        UniqueKey.requireWindow(window);
        return new Unique(key, Until.WINDOW, window, conflict, false);
    }

    /**
     * The latest wins: the first job opens a window and waits for its end, which others do not put off; each that comes
     * within it replaces the one before. Sets the job's delay, which must not be set again after it. To wait anew with each,
     * which may last for ever, use {@code untilStart().replacing()} and a delay.
     *
     * @param window 1 ms to 366 days
     */
    public Unique debounce(Duration window) {
        UniqueKey.requireWindow(window);
        return new Unique(key, Until.WINDOW, window, Conflict.REPLACE, true);
    }

    /** Another job with the key is not stored: enqueueing it answers with the holder's id. The default. */
    public Unique keeping() {
        return new Unique(key, until, window, Conflict.KEEP, false);
    }

    /**
     * Another job with the key takes the place of the holder, which is cancelled, if that does not run: with its own id,
     * payload and options, at the end of the line. While the holder runs, or has ended within its window, it is not stored
     * but answered with the holder's id.
     */
    public Unique replacing() {
        return new Unique(key, until, window, Conflict.REPLACE, delays);
    }

    /** Another job with the key is not stored: enqueueing it throws {@link DuplicateJobException}. */
    public Unique rejecting() {
        return new Unique(key, until, window, Conflict.REJECT, false);
    }

    /** Whether a job that finds its key held shall be an error. */
    public boolean isRejecting() {
        return conflict == Conflict.REJECT;
    }

    /** How long it delays the job that it is set for; null if it does not. */
    public @Nullable Duration delay() {
        return delays ? window : null;
    }

    /**
     * The key of a job, as it is stored.
     *
     * @throws JobQException if it can't be computed
     */
    public UniqueKey of(Job job) {
        return new UniqueKey(key.apply(job), until, window, conflict == Conflict.REPLACE);
    }
}
