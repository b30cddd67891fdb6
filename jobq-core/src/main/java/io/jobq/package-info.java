/**
 * The API of JobQ: what an application sees. Start at {@link io.jobq.JobQ}.
 *
 * <p>All types are safe for use by many threads unless they say otherwise, no argument or return value is null unless it
 * is marked so, and times are {@link java.time.Duration} or {@link java.time.Instant}.
 */
@NullMarked
package io.jobq;

import org.jspecify.annotations.NullMarked;
