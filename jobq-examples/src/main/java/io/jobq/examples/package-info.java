/**
 * Runnable programs, one per capability: {@link io.jobq.examples.SimpleQueue} for a first look, {@link
 * io.jobq.examples.PaymentRetries} for retries and dead letters, {@link io.jobq.examples.Checksum} for real work.
 */
@NullMarked
package io.jobq.examples;

import org.jspecify.annotations.NullMarked;
