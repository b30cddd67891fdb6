package io.jobq.system;

import io.jobq.scheduler.Misfire;
import io.jobq.scheduler.Overlap;
import io.jobq.scheduler.Timetable;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A job that a schedule enqueues at each tick.
 *
 * @param timetable when it ticks
 * @param type of the job
 * @param payload of the job, as JSON; null for none
 * @param queue of the job; null for its type's
 * @param misfire what becomes of ticks that were missed
 * @param overlap what a tick does while an earlier job is not finished
 * @param paused whether it is paused when it is first stored; later that is the operators' business
 */
public record ScheduleConfig(
        Timetable timetable,
        String type,
        @Nullable String payload,
        @Nullable String queue,
        Misfire misfire,
        Overlap overlap,
        boolean paused) {
    /** Checks. */
    public ScheduleConfig {
        Objects.requireNonNull(timetable, "timetable");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(misfire, "misfire");
        Objects.requireNonNull(overlap, "overlap");
    }

    /** With defaults: no payload, its type's queue, missed ticks run once, no overlap, not paused. */
    public static ScheduleConfig of(Timetable timetable, String type) {
        return new ScheduleConfig(timetable, type, null, null, Misfire.DEFAULT, Overlap.DEFAULT, false);
    }
}
