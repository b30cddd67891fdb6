package io.jobq.memory;

import io.jobq.spi.JobAdmin;
import io.jobq.spi.JobStore;
import io.jobq.spi.Registry;
import io.jobq.spi.Retention;
import io.jobq.spi.Storage;
import java.time.InstantSource;

/**
 * Jobs in the memory of one process: for tests, and for work that may be lost with the process. It keeps every promise
 * that a storage can keep without surviving, and is the reference by which the others are checked.
 *
 * <p>Thread-safe. Calls take one lock, and hints are delivered on the thread of the caller that made the change, after
 * the lock is free. All times are whole milliseconds of its clock, which may step back: that delays, but loses nothing.
 */
public final class InMemoryStorage implements Storage {
    private final JobTable table;
    private final JobStore jobs;
    private final JobAdmin admin;
    private final Registry registry;

    /** With default retention and the system's clock. */
    public InMemoryStorage() {
        this(Retention.DEFAULT, InstantSource.system());
    }

    /** With a retention and clock of one's own. */
    public InMemoryStorage(Retention retention, InstantSource clock) {
        table = new JobTable(retention, clock);
        MemoryRegistry entries = new MemoryRegistry(table);
        registry = entries;
        jobs = new MemoryJobStore(table, entries);
        admin = new MemoryJobAdmin(table);
    }

    @Override
    public JobStore jobs() {
        return jobs;
    }

    @Override
    public JobAdmin admin() {
        return admin;
    }

    @Override
    public Registry registry() {
        return registry;
    }

    /** Forgets every job; later calls throw {@link io.jobq.spi.StorageException}. */
    @Override
    public void close() {
        table.close();
    }
}
