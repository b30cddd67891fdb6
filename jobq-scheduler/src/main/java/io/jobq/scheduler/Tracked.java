package io.jobq.scheduler;

import io.jobq.scheduler.ScheduleBook.Versioned;
import io.jobq.spi.Registry.Entry;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A schedule in the leader's memory: as it is stored, as far as the leader knows. */
final class Tracked {
    final String name;
    StoredSchedule schedule;
    long version;
    Progress progress;
    /** Of the entry of its progress. */
    long guard;
    /** When to look at it; its key in the agenda, which alone changes it. */
    @Nullable
    Instant due;

    Tracked(Versioned stored, Entry guard) {
        this.name = stored.schedule().name();
        this.schedule = stored.schedule();
        this.version = stored.version();
        this.progress = Progress.parse(guard.json());
        this.guard = guard.version();
    }
}
