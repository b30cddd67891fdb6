package io.jobq.benchmarks.peers;

import java.time.Instant;
import java.util.List;

/** A library that is connected to its storage. Any thread may enqueue. Jobs are handed to {@link Handling}. */
interface Session extends AutoCloseable {
    /** Stores a job; it is stored when this returns. */
    void enqueue(Work work);

    /** Stores jobs in as few calls as the library has for it. */
    void enqueueAll(List<Work> works);

    /** Stores a job that is due then. */
    void enqueueAt(Work work, Instant due);

    /** Starts the worker, once. */
    void startWorker() throws Exception;

    /** How many jobs are stored that are not known to be done. */
    long unsettled();

    /** Stops the worker and disconnects. */
    @Override
    void close() throws Exception;
}
