/** Metrics by Micrometer, bound to the registry given to {@code JobQ.builder()}. */
@NullMarked
package io.jobq.metrics;

import org.jspecify.annotations.NullMarked;
