package io.jobq.redis;

import io.jobq.idempotency.IdempotencyStore;
import io.jobq.spi.JobAdmin;
import io.jobq.spi.JobStore;
import io.jobq.spi.Registry;
import io.jobq.spi.Storage;
import java.util.function.LongSupplier;

/**
 * Jobs in Redis, on one node, behind Sentinel, or in a Cluster. What Redis keeps is kept: every call is one or a few
 * atomic scripts, the answer comes when Redis has applied them, and all times are by Redis' clock. How much of it
 * survives Redis itself is a matter of its settings; {@code docs/guarantees.md} tells which keep what.
 *
 * <p>Thread-safe; one per process is enough. It connects when it is made, and fails then if Redis cannot be reached, is
 * too old, may evict keys, or is a replica. A connection that breaks later is made again by itself; until then calls
 * fail with {@link io.jobq.spi.StorageException}, which workers wait out and {@code enqueue} hands to its caller after
 * the {@linkplain RedisOptions#timeout() timeout}.
 */
public final class RedisStorage implements Storage {
    private final RedisLink link;
    private final RedisSignals signals;
    private final RedisJobStore jobs;
    private final JobAdmin admin;
    private final RedisRegistry registry;
    private final IdempotencyStore idempotency;

    private RedisStorage(RedisLink link, RedisOptions options, LongSupplier clockShift) {
        this.link = link;
        Calls calls = new Calls(link, options, clockShift);
        ServerCheck.run(link, options.prefix());
        Queues queues = Queues.open(link, options);
        this.signals = new RedisSignals(calls, queues, options.prefix());
        this.registry = new RedisRegistry(calls, queues, options.prefix());
        this.jobs = new RedisJobStore(calls, queues, signals, registry, options);
        this.admin = new RedisJobAdmin(calls, queues);
        this.idempotency = new RedisIdempotency(calls, options.prefix());
    }

    /**
     * Connects with {@linkplain RedisOptions#of default options}.
     *
     * @throws io.jobq.spi.StorageException if Redis cannot be reached or used
     */
    public static RedisStorage connect(String uri) {
        return connect(RedisOptions.of(uri));
    }

    /**
     * Connects.
     *
     * @throws io.jobq.spi.StorageException if Redis cannot be reached or used
     */
    public static RedisStorage connect(RedisOptions options) {
        return connect(options, () -> 0);
    }

    /** With a clock that a test moves, by microseconds. */
    static RedisStorage connect(RedisOptions options, LongSupplier clockShift) {
        RedisLink link = RedisLink.open(options);
        try {
            return new RedisStorage(link, options, clockShift);
        } catch (RuntimeException e) {
            link.close();
            throw e;
        }
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

    /**
     * What runs with an idempotency key have returned, shared by all processes on this Redis and prefix; for {@link
     * io.jobq.idempotency.Idempotency}. Redis deletes each record by itself. Thread-safe; usable until this is closed.
     */
    public IdempotencyStore idempotency() {
        return idempotency;
    }

    /** How many jobs wait in this process for Redis to come back; 0 without an {@linkplain RedisOptions#outageBuffer}. */
    public int buffered() {
        return jobs.buffered();
    }

    /** Stores what is buffered if Redis can be reached, and frees connections and threads. */
    @Override
    public void close() {
        jobs.flush();
        signals.close();
        link.close();
    }
}
