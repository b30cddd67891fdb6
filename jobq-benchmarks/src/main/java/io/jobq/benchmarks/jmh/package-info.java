/** JMH benchmarks of single parts. */
@NullMarked
package io.jobq.benchmarks.jmh;

import org.jspecify.annotations.NullMarked;
