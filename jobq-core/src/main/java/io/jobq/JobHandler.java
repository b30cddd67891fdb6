package io.jobq;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a method as the handler of a job type. Pass the instance that has it to {@code JobQ.builder().handlers(…)}.
 *
 * <p>The method takes the payload, the {@link JobContext}, both in this order, or nothing. It returns nothing, an
 * {@link Outcome}, or a value to store as the result. It may be private, but not static.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface JobHandler {
    /** The job type: a stable string. */
    String value();

    /** Former names of the type, still found in storage. */
    String[] aliases() default {};

    /** The queue that {@code JobQ.enqueue} sends the type to. */
    String queue() default "default";

    /** Time limit per attempt in the form of {@link java.time.Duration#parse}, {@code PT30S} for example; empty for the system's. */
    String timeout() default "";

    /**
     * The delay after the first failed attempt, doubled after each further one up to an hour (or this, if it is longer),
     * in the form of {@link java.time.Duration#parse}; empty for the policy's.
     */
    String backoff() default "";

    /** Most attempts; 0 for the policy's. */
    int maxAttempts() default 0;

    /** Only these errors are retried, others are final; empty for the policy's choice. */
    Class<? extends Throwable>[] retryOn() default {};

    /** These errors are final. */
    Class<? extends Throwable>[] discardOn() default {};

    /** The version of the payload that this method takes. */
    int version() default 1;
}
