/**
 * Help with services that fail: a circuit breaker around handlers (needs {@code resilience4j-circuitbreaker} on the class
 * path), and what HTTP status codes mean for retries.
 */
@NullMarked
package io.jobq.resilience;

import org.jspecify.annotations.NullMarked;
