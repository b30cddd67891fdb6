package io.jobq.spi;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An entry of the {@link Registry} that is put together with a job: both are stored, or neither is. So what somebody has read and
 * decided on is still true when the job is stored, however long that took; and nothing that was decided twice is done twice.
 *
 * @param key of the entry, whose kind is {@link #kind} of the job's queue
 * @param expectedVersion what its version must be, 1 or more; if it is another, or there is no such entry, the job is not stored
 * @param json its new content
 */
public record Guard(String key, long expectedVersion, String json) {
    private static final String KIND = "guard@";

    /** Rejects null, and a version that no entry has. */
    public Guard {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(json, "json");
        if (expectedVersion < 1) {
            throw new IllegalArgumentException("expectedVersion must be at least 1, but is " + expectedVersion);
        }
    }

    /** The kind of the entries that guard jobs of a queue. A storage keeps them where it keeps the queue. */
    public static String kind(String queue) {
        return KIND + Objects.requireNonNull(queue, "queue");
    }

    /** The queue whose entries have this kind; null if it is not a kind of guards. For storages. */
    public static @Nullable String queue(String kind) {
        return kind.startsWith(KIND) ? kind.substring(KIND.length()) : null;
    }
}
