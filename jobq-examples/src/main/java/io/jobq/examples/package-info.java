/**
 * Runnable programs, one per capability: {@link io.jobq.examples.SimpleQueue} for a first look, {@link
 * io.jobq.examples.PaymentRetries} for retries and dead letters, {@link io.jobq.examples.Checksum} for real work, {@link
 * io.jobq.examples.RedisQueue} for several processes, {@link io.jobq.examples.Fleet} for one that dies, and {@link
 * io.jobq.examples.FleetMonitor} to watch them.
 */
@NullMarked
package io.jobq.examples;

import org.jspecify.annotations.NullMarked;
