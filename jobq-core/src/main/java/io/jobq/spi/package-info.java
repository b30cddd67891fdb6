/**
 * What a storage implements: {@link io.jobq.spi.Storage} and the value records that cross it.
 *
 * <p>A storage owns mechanism: atomic state changes, the clock, leases and their fencing tokens, order, unique keys and
 * retention. It holds no policy (backoff, what a failure means, which queue comes first) and emits no metrics: core
 * observes every call from outside. Every call is batch-only and may be repeated after a time-out; the contract is
 * executable, as {@code JobStoreContract} in {@code jobq-testkit}.
 *
 * <p>Implementations are thread-safe. They throw {@link io.jobq.spi.StorageException} when the store can't answer; a
 * lost lease and a duplicate are results, not exceptions.
 */
@NullMarked
package io.jobq.spi;

import org.jspecify.annotations.NullMarked;
