package io.jobq.testkit;

import io.jobq.memory.InMemoryStorage;
import io.jobq.spi.Retention;
import io.jobq.spi.Storage;

class InMemoryStorageTest extends JobStoreContract {
    @Override
    public Storage create(Retention retention, ManualClock clock) {
        return new InMemoryStorage(retention, clock);
    }
}
