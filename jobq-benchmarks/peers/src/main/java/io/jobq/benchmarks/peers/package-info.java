/**
 * JobQ beside other job libraries: the same cases on one machine, in turns. A {@link io.jobq.benchmarks.peers.Peer} is a
 * library, an {@link io.jobq.benchmarks.peers.Experiment} a case, and each of their pairings runs in a process of its own.
 */
@NullMarked
package io.jobq.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
