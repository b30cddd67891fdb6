package io.jobq.scheduler;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/**
 * A pattern of instants, the ticks, in a time zone. Equal triggers have equal ticks on every machine with the same time
 * zone rules: nothing but the arguments decides.
 *
 * <p>A {@link Timetable} adds a start, an end, excluded dates and jitter.
 */
public sealed interface Trigger permits Cron, Interval, Once {
    /** The earliest tick later than this instant; empty when none is left. */
    Optional<Instant> next(Instant after);

    /** Where local times and dates are read. */
    ZoneId zone();

    /**
     * The next ticks, with a remark where the clocks change: {@code 02:30 does not exist on 2026-03-29, runs at
     * 03:00+02:00}.
     *
     * @param after the first tick is later than this
     * @param count how many at most, 0 to 10,000
     */
    default List<Tick> preview(Instant after, int count) {
        return Timetable.of(this).preview(after, count);
    }

    /** As JSON of one fixed form; equal triggers give equal texts. */
    default String toJson() {
        return Json.write(TriggerForm.of(this));
    }

    /**
     * Reads what {@link #toJson} has written.
     *
     * @throws IllegalArgumentException if it is anything else, or the time zone is not known here
     */
    static Trigger fromJson(String json) {
        return Json.read("trigger", json, TriggerForm.class, TriggerForm::trigger);
    }
}
