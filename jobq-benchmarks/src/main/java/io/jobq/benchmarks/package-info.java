/** Whole-system benchmarks: each mode is a class, each storage a {@link io.jobq.benchmarks.StorageFactory}. */
@NullMarked
package io.jobq.benchmarks;

import org.jspecify.annotations.NullMarked;
