package io.jobq.scheduler;

import io.jobq.Job;
import io.jobq.spi.Due;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What recurs, when, and what becomes of ticks that come too late or too soon. Immutable; each method returns another one.
 *
 * <pre>{@code Schedule.of("daily_report", Cron.unix("0 9 * * MON-FRI", ZoneId.of("America/New_York")), Job.of("report"))
 *     .misfire(Misfire.catchUp(3))
 *     .overlap(Overlap.QUEUE_ONE)}</pre>
 *
 * @param name what it is known by in all processes: 1 to 200 characters, no control characters or braces
 * @param timetable when it ticks
 * @param job what each tick enqueues. Its idempotency key, if it has one, gets the tick's instant appended
 * @param queue where to; null for the queue of the job's type
 * @param misfire what becomes of ticks that nobody fired in time
 * @param overlap what a tick does while an earlier run is unfinished
 * @param paused whether it is paused when it is stored for the first time
 */
public record Schedule(
        String name,
        Timetable timetable,
        Job job,
        @Nullable String queue,
        Misfire misfire,
        Overlap overlap,
        boolean paused) {
    private static final int LONGEST_NAME = 200;

    /** Checks the name, and that the job has nothing that only one job can have. */
    public Schedule {
        requireName(name);
        Objects.requireNonNull(timetable, "timetable");
        Objects.requireNonNull(misfire, "misfire");
        Objects.requireNonNull(overlap, "overlap");
        refuse(job.id() != null, name, "an id", "each tick makes a job of its own");
        refuse(job.unique() != null, name, "a unique key", "each tick is one job anyway; overlap(…) keeps runs apart");
        refuse(!job.options().due().equals(Due.In.NOW), name, "a delay", "the timetable says when it is due");
        refuse(job.options().expiresAt() != null, name, "an expiry", "that would be the same instant for every tick");
    }

    private static void refuse(boolean has, String name, String what, String why) {
        if (has) {
            throw new IllegalArgumentException("the job of schedule '" + name + "' has " + what + ", but " + why);
        }
    }

    static String requireName(String name) {
        Objects.requireNonNull(name, "schedule name is null");
        boolean odd = name.chars().anyMatch(c -> Character.isISOControl(c) || c == '{' || c == '}');
        if (name.isBlank() || name.length() > LONGEST_NAME || odd) {
            throw new IllegalArgumentException("a schedule's name must have 1 to " + LONGEST_NAME
                    + " characters, none of them a control character or brace, and not be blank, but is "
                    + Words.quote(name));
        }
        return name;
    }

    /** With the default policies: missed ticks run once, and runs do not overlap. */
    public static Schedule of(String name, Timetable timetable, Job job) {
        return new Schedule(name, timetable, job, null, Misfire.DEFAULT, Overlap.DEFAULT, false);
    }

    /** With the default policies, by a trigger alone. */
    public static Schedule of(String name, Trigger trigger, Job job) {
        return of(name, Timetable.of(trigger), job);
    }

    /** Into another queue than that of the job's type. */
    public Schedule queue(String changed) {
        return new Schedule(name, timetable, job, Objects.requireNonNull(changed, "queue"), misfire, overlap, paused);
    }

    /** With another policy for missed ticks. */
    public Schedule misfire(Misfire changed) {
        return new Schedule(name, timetable, job, queue, changed, overlap, paused);
    }

    /** With another policy for runs that overlap. */
    public Schedule overlap(Overlap changed) {
        return new Schedule(name, timetable, job, queue, misfire, changed, paused);
    }

    /** To be stored paused if it is new; what is stored already stays as it is. Somebody {@linkplain Scheduler#resume resumes} it. */
    public Schedule startPaused() {
        return new Schedule(name, timetable, job, queue, misfire, overlap, true);
    }
}
