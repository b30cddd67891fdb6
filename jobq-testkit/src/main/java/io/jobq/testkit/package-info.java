/**
 * For those who write a storage, and for applications' tests: {@link io.jobq.testkit.JobStoreContract} is the suite that
 * every storage passes, {@code RandomStorageCheck} compares one with a naive model, {@code
 * FaultyStorage} makes calls fail on demand, and {@link io.jobq.testkit.ManualClock} is a clock that moves
 * only when told.
 */
@NullMarked
package io.jobq.testkit;

import org.jspecify.annotations.NullMarked;
