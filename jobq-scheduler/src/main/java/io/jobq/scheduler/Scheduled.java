package io.jobq.scheduler;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says when the job of a {@link io.jobq.JobHandler} method recurs. The method's job has no payload: it takes nothing, or the {@link
 * io.jobq.JobContext}. Pass the instance that has it to {@link Scheduler#schedules}. Exactly one of {@link #cron} and {@link
 * #every} is given.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Scheduled {
    /** The schedule's name; the job's type by default. */
    String name() default "";

    /** A cron expression. */
    String cron() default "";

    /** The dialect of the expression. */
    Cron.Dialect dialect() default Cron.Dialect.UNIX;

    /** The time zone of the expression, a name of the tz database. */
    String zone() default "UTC";

    /** A period in the form of {@link java.time.Duration#parse}, {@code PT5M} for example, counted from 1970-01-01T00:00:00Z. */
    String every() default "";

    /** Jobs start up to this much later than their ticks, in the form of {@link java.time.Duration#parse}. */
    String jitter() default "PT0S";

    /** What becomes of missed ticks. */
    Misfire.Kind misfire() default Misfire.Kind.RUN_ONCE;

    /** How many missed ticks run with {@link Misfire.Kind#CATCH_UP}. */
    int catchUp() default 1;

    /** What a tick does while an earlier run is unfinished. */
    Overlap overlap() default Overlap.SKIP;
}
