package io.jobq.scheduler;

import io.jobq.JobQException;
import io.jobq.spi.Registry.Entry;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A schedule as the registry has it: its terms, and what is known about them. */
record StoredSchedule(String name, Terms terms, Status status) {
    static final String KIND = "schedule";

    /** What whoever scheduled it has said. */
    record Terms(Timetable timetable, Misfire misfire, Overlap overlap, JobTemplate job) {}

    /**
     * What is known about it.
     *
     * @param since only later ticks count
     * @param declared the fingerprint of the terms that code has declared last, which operators may have changed since
     * @param pausedSince null if it is not paused
     * @param former queues that may still hold its progress
     * @param deleted whether it is only here so that the leader removes its progress
     */
    record Status(Instant since, String declared, @Nullable Instant pausedSince, List<String> former, boolean deleted) {
        static Status declared(String fingerprint, Instant now, boolean paused) {
            return new Status(now, fingerprint, paused ? now : null, List.of(), false);
        }

        Status paused(Instant now) {
            return pausedSince != null ? this : new Status(since, declared, now, former, deleted);
        }

        /** Ticks of the pause do not count as missed. */
        Status resumed(Instant now) {
            return pausedSince == null ? this : new Status(now, declared, null, former, deleted);
        }

        Status gone() {
            return new Status(since, declared, pausedSince, former, true);
        }

        Status movedFrom(List<String> queues) {
            return new Status(since, declared, pausedSince, queues, deleted);
        }
    }

    static StoredSchedule of(Entry entry) {
        return Json.read("schedule", entry.json(), ScheduleForm.class, form -> form.schedule(entry.key()));
    }

    Entry entry() {
        String json = Json.write(ScheduleForm.of(this));
        if (json.length() > Json.LONGEST) {
            throw new JobQException(
                    "schedule '" + name + "' has " + json.length() + " characters when stored, but " + Json.LONGEST
                            + " are allowed; let its job have a smaller payload, or its timetable fewer excluded dates");
        }
        return new Entry(KIND, name, json, 0);
    }

    StoredSchedule with(Status changed) {
        return new StoredSchedule(name, terms, changed);
    }

    String queue() {
        return terms.job().queue();
    }

    boolean isDeleted() {
        return status.deleted();
    }

    boolean isPaused() {
        return status.pausedSince() != null;
    }
}
