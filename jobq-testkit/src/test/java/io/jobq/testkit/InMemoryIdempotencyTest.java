package io.jobq.testkit;

import io.jobq.idempotency.IdempotencyStore;

/** The contract, in memory. */
class InMemoryIdempotencyTest extends IdempotencyStoreContract {
    @Override
    protected IdempotencyStore create(ManualClock clock) {
        return IdempotencyStore.inMemory(clock);
    }
}
