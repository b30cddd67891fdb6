package io.jobq.testkit;

import io.jobq.JobId;
import io.jobq.spi.UniqueKey;
import io.jobq.spi.UniqueKey.Until;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who holds which unique key, as the model believes. */
final class ModelKeys {
    private static final long NO_END = Long.MAX_VALUE;

    private record Place(String queue, String key) {}

    /** Who holds a key, until when. */
    record Hold(JobId id, long end) {}

    private final Map<Place, Hold> holds = new HashMap<>();

    /** As it is now, for good. */
    ModelKeys copy() {
        ModelKeys copy = new ModelKeys();
        copy.holds.putAll(holds);
        return copy;
    }

    @Nullable
    Hold holder(String queue, @Nullable UniqueKey key, long now) {
        Hold hold = key == null ? null : holds.get(new Place(queue, key.key()));
        return hold == null || hold.end() <= now ? null : hold;
    }

    /** Whether a job could be live in a queue, and have its key there if its window goes on. */
    boolean isWelcome(ModelJob job, String queue, long now) {
        Hold hold = holder(queue, job.key(), now);
        return hold == null || hold.id().equals(job.job.id()) || endOf(job) <= now;
    }

    private static long endOf(ModelJob job) {
        UniqueKey key = job.key();
        return key == null || key.window() == null
                ? NO_END
                : job.stored + key.window().toMillis();
    }

    void take(ModelJob job, long now) {
        take(job, NO_END, now);
    }

    /** Takes a key, until a window that another has opened ends. */
    void take(ModelJob job, long opened, long now) {
        UniqueKey key = job.key();
        long end = endOf(job) == NO_END ? NO_END : Math.min(opened, endOf(job));
        if (key != null && end > now) {
            holds.put(new Place(job.queue, key.key()), new Hold(job.job.id(), end));
        }
    }

    void started(ModelJob job) {
        if (until(job) == Until.START) {
            free(job);
        }
    }

    void unstarted(ModelJob job, long now) {
        if (until(job) == Until.START && isWelcome(job, job.queue, now)) {
            take(job, now);
        }
    }

    void finished(ModelJob job) {
        if (until(job) != Until.WINDOW) {
            free(job);
        }
    }

    void free(ModelJob job) {
        UniqueKey key = job.key();
        Place place = key == null ? null : new Place(job.queue, key.key());
        Hold hold = holds.get(place);
        if (hold != null && hold.id().equals(job.job.id())) {
            holds.remove(place);
        }
    }

    private static @Nullable Until until(ModelJob job) {
        UniqueKey key = job.key();
        return key == null ? null : key.until();
    }
}
