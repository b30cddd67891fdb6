/**
 * When jobs run by themselves: cron expressions, intervals and single instants, each in a time zone. Start at {@link
 * io.jobq.scheduler.Trigger}.
 *
 * <p>All types are immutable values and safe for use by many threads. No argument or return value is null unless it is
 * marked so; a null is answered with {@link java.lang.NullPointerException}, any other argument out of range with {@link
 * java.lang.IllegalArgumentException}. Ticks lie in the years 1 to 9999, in UTC, and are whole milliseconds.
 */
@NullMarked
package io.jobq.scheduler;

import org.jspecify.annotations.NullMarked;
