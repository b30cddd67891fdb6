/**
 * The crash test: worker processes on a Redis are killed, paused and cut off under load, and then the history is checked.
 */
@NullMarked
package io.jobq.benchmarks.chaos;

import org.jspecify.annotations.NullMarked;
