package io.jobq.testkit;

import io.jobq.spi.Retention;
import io.jobq.spi.Storage;
import java.time.Duration;
import java.time.Instant;

/**
 * Makes the storages that a test works on. The defaults suit a storage that reads the clock it is given; one with a
 * clock of its own overrides how time passes.
 */
@FunctionalInterface
public interface StorageFactory {
    /** A new, empty storage. The caller closes it. */
    Storage create(Retention retention, ManualClock clock);

    /** Lets time pass for a storage made with this clock: at least so long, and no more than a second longer. */
    default void pass(ManualClock clock, Duration time) {
        clock.advance(time);
    }

    /** What the storage's clock reads, give or take a second. */
    default Instant now(ManualClock clock) {
        return clock.instant();
    }
}
