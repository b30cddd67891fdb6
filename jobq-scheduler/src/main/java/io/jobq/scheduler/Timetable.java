package io.jobq.scheduler;

import io.jobq.spi.DurationText;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A trigger with the limits of a schedule.
 *
 * <pre>{@code Timetable.of(Cron.unix("0 9 * * MON-FRI", ZoneId.of("America/New_York")))
 *     .except(ExcludedDates.of(LocalDate.of(2026, 12, 25)))
 *     .jitter(Duration.ofMinutes(5))}</pre>
 *
 * @param trigger its ticks
 * @param excluded dates on which there are none
 * @param start ticks before this do not count; null for no start
 * @param end neither do ticks at or after this; null for no end
 * @param jitter jobs start up to this much later than their ticks, 0 (not at all) to 1 day, in whole milliseconds
 */
public record Timetable(
        Trigger trigger,
        ExcludedDates excluded,
        @Nullable Instant start,
        @Nullable Instant end,
        Duration jitter) {
    private static final int LONGEST_PREVIEW = 10_000;

    /** Checks ranges. */
    public Timetable {
        Objects.requireNonNull(trigger, "trigger");
        Objects.requireNonNull(excluded, "excluded");
        if (start != null) {
            Span.require("start", start);
        }
        if (end != null) {
            Span.require("end", end);
        }
        if (start != null && end != null && !start.isBefore(end)) {
            throw new IllegalArgumentException("start must be before end, but is " + start + ", and end is " + end);
        }
        if (jitter.isNegative()
                || jitter.compareTo(Duration.ofDays(1)) > 0
                || !jitter.equals(Duration.ofMillis(jitter.toMillis()))) {
            throw new IllegalArgumentException(
                    "jitter must be 0 to 1 day in whole milliseconds, but is " + DurationText.of(jitter));
        }
    }

    /** The trigger alone: no start, end, excluded date or jitter. */
    public static Timetable of(Trigger trigger) {
        return new Timetable(trigger, ExcludedDates.NONE, null, null, Duration.ZERO);
    }

    /** The same with a start: the first tick is then or later. */
    public Timetable from(Instant changed) {
        return new Timetable(trigger, excluded, Objects.requireNonNull(changed, "start"), end, jitter);
    }

    /** The same with an end: the last tick is earlier. */
    public Timetable until(Instant changed) {
        return new Timetable(trigger, excluded, start, Objects.requireNonNull(changed, "end"), jitter);
    }

    /** The same with these dates excluded, instead of others. */
    public Timetable except(ExcludedDates changed) {
        return new Timetable(trigger, changed, start, end, jitter);
    }

    /** The same with jitter: loads that tick together start spread over this window. */
    public Timetable jitter(Duration changed) {
        return new Timetable(trigger, excluded, start, end, changed);
    }

    /** The earliest tick later than this instant; empty when none is left. */
    public Optional<Instant> next(Instant after) {
        Instant from = start != null && after.isBefore(start) ? start.minusNanos(1) : after;
        while (true) {
            Optional<Instant> tick = trigger.next(from);
            if (tick.isEmpty() || (end != null && !tick.get().isBefore(end))) {
                return Optional.empty();
            }
            LocalDate date = LocalDate.ofInstant(tick.get(), trigger.zone());
            if (!excluded.contains(date)) {
                return tick;
            }
            from = afterExcluded(date, tick.get());
        }
    }

    /** Where to go on: clocks that go back over midnight may bring an excluded date again, so never before the tick. */
    private Instant afterExcluded(LocalDate date, Instant tick) {
        Instant free = excluded.firstFree(date)
                .atStartOfDay(trigger.zone())
                .toInstant()
                .minusNanos(1);
        return free.isAfter(tick) ? free : tick;
    }

    /**
     * When the job of a tick shall start: the tick and a part of the jitter window that a hash of both arguments chooses.
     * So every process that computes it has the same answer, and schedules that tick together are spread evenly.
     *
     * @param schedule its name
     * @return from the tick, included, to the tick plus {@link #jitter}, excluded unless it is zero
     */
    public Instant startOf(String schedule, Instant tick) {
        return jitter.isZero() ? tick : tick.plusMillis(Spread.part(schedule, tick, jitter.toMillis()));
    }

    /**
     * Which ticks to fire now: all that are on time, and of those that were missed what the policy allows.
     *
     * @param after the last tick that was dealt with; only later ones are looked at
     * @param now ticks later than this are not due
     * @return in order; mostly none or one, at most 1,000 missed ones and those of the grace
     */
    public List<Instant> due(Instant after, Instant now, Misfire misfire) {
        return new DueTicks(this, misfire).between(Span.clamp(after), Span.clamp(now));
    }

    /**
     * The next ticks, without jitter, with a remark where the clocks change: {@code 02:30 does not exist on 2026-03-29,
     * runs at 03:00+02:00}.
     *
     * @param after the first tick is later than this
     * @param count how many at most, 0 to 10,000
     */
    public List<Tick> preview(Instant after, int count) {
        if (count < 0 || count > LONGEST_PREVIEW) {
            throw new IllegalArgumentException("count must be 0 to " + LONGEST_PREVIEW + ", but is " + count);
        }
        return new Preview(this).ticks(Span.clamp(after), count);
    }

    /** As JSON of one fixed form; equal timetables give equal texts. */
    public String toJson() {
        return Json.write(TimetableForm.of(this));
    }

    /**
     * Reads what {@link #toJson} has written.
     *
     * @throws IllegalArgumentException if it is anything else, or the time zone is not known here
     */
    public static Timetable fromJson(String json) {
        return Json.read("timetable", json, TimetableForm.class, TimetableForm::timetable);
    }
}
