/**
 * A whole system from one configuration, written in code or in a properties or YAML file. Start at {@link
 * io.jobq.system.JobQSystem}.
 *
 * <p>All configurations are immutable values and safe for use by many threads. No argument or return value is null unless it
 * is marked so; a null is answered with {@link java.lang.NullPointerException}, any other argument out of range with {@link
 * java.lang.IllegalArgumentException}.
 */
@NullMarked
package io.jobq.system;

import org.jspecify.annotations.NullMarked;
