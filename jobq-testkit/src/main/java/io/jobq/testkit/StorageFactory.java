package io.jobq.testkit;

import io.jobq.spi.Retention;
import io.jobq.spi.Storage;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

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

    /**
     * Remembers all that a storage of this factory holds. A storage that may lose its last changes, as at a failover, must be
     * checked with that.
     *
     * @return what brings the storage back to that state, once or again and again; null if the storage never loses anything
     *     while it lives
     */
    default @Nullable Runnable remember(Storage storage) {
        return null;
    }

    /** What the storage's clock reads, give or take a second. */
    default Instant now(ManualClock clock) {
        return clock.instant();
    }
}
