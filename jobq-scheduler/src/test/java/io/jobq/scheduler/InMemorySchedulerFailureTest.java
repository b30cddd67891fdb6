package io.jobq.scheduler;

import io.jobq.memory.InMemoryStorage;
import io.jobq.spi.Retention;
import io.jobq.spi.Storage;
import io.jobq.testkit.ManualClock;

class InMemorySchedulerFailureTest extends SchedulerFailureContract {
    @Override
    public Storage create(Retention retention, ManualClock clock) {
        return new InMemoryStorage(retention, clock);
    }
}
