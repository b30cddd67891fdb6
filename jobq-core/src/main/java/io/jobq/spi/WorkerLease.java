package io.jobq.spi;

import java.time.Duration;

/**
 * On whose behalf leases are taken, and for how long.
 *
 * @param worker the worker's id
 * @param leaseTime how long a lease lasts without renewal
 */
public record WorkerLease(String worker, Duration leaseTime) {
    /** Rejects a lease time that is not positive. */
    public WorkerLease {
        if (leaseTime.isNegative() || leaseTime.isZero()) {
            throw new IllegalArgumentException("leaseTime must be positive, but is " + DurationText.of(leaseTime));
        }
    }
}
