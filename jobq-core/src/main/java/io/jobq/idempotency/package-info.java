/**
 * Effects that happen once per idempotency key: {@link io.jobq.idempotency.Idempotency} goes around handlers, an {@link
 * io.jobq.idempotency.IdempotencyStore} keeps what they returned. Opt-in, as an interceptor.
 */
@NullMarked
package io.jobq.idempotency;

import org.jspecify.annotations.NullMarked;
