package io.jobq.memory;

import io.jobq.spi.Claim;
import io.jobq.spi.Exchange;
import io.jobq.spi.InsertResult;
import io.jobq.spi.JobAdmin;
import io.jobq.spi.JobStore;
import io.jobq.spi.NewJob;
import io.jobq.spi.Registry;
import io.jobq.spi.RenewResult;
import io.jobq.spi.Report;
import io.jobq.spi.Retention;
import io.jobq.spi.Settlement;
import io.jobq.spi.Signal;
import io.jobq.spi.Storage;
import io.jobq.spi.StorageException;
import io.jobq.spi.Subscription;
import io.jobq.spi.SweepResult;
import io.jobq.spi.WorkerLease;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Jobs in this process's memory: the embedded default, for tests, and the reference that other storages are compared with.
 * Jobs are gone when the process ends. Everything happens under one lock, in time logarithmic in the number of jobs per
 * queue and state; signals are delivered after it is released.
 */
public final class InMemoryStorage implements Storage {
    private final ReentrantLock lock = new ReentrantLock();
    private final InstantSource clock;
    private final Signals signals = new Signals();
    private final JobTable table;
    private final Exchanges exchanges;
    private final InMemoryAdmin admin;
    private final InMemoryRegistry registry;
    private volatile boolean closed;

    /** With the default retention and the system's clock. */
    public InMemoryStorage() {
        this(Retention.DEFAULT, Clock.systemUTC());
    }

    /** With a retention and a clock of your own, a fake one for instance. */
    public InMemoryStorage(Retention retention, InstantSource clock) {
        this.clock = clock;
        this.table = new JobTable(retention, signals);
        this.exchanges = new Exchanges(table);
        this.admin = new InMemoryAdmin(this, table);
        this.registry = new InMemoryRegistry(this);
    }

    /** Runs a call under the lock, at one moment, and tells the listeners what it has changed. */
    <T> T at(Function<Instant, T> call) {
        T answer;
        List<Signal> changes;
        lock.lock();
        try {
            if (closed) {
                throw new StorageException("the in-memory storage is closed");
            }
            answer = call.apply(clock.instant());
            changes = signals.take();
        } finally {
            lock.unlock();
        }
        signals.deliver(changes);
        return answer;
    }

    @Override
    public JobStore jobs() {
        return new Jobs();
    }

    @Override
    public JobAdmin admin() {
        return admin;
    }

    @Override
    public Registry registry() {
        return registry;
    }

    @Override
    public void close() {
        closed = true;
    }

    private final class Jobs implements JobStore {
        @Override
        public List<InsertResult> insert(List<NewJob> jobs) {
            return at(now -> {
                List<InsertResult> results = new ArrayList<>(jobs.size());
                for (NewJob job : jobs) {
                    results.add(table.insert(job, now));
                }
                return results;
            });
        }

        @Override
        public Exchange exchange(List<Settlement> done, Claim want) {
            return at(now -> exchanges.exchange(done, want, now));
        }

        @Override
        public List<RenewResult> renew(WorkerLease worker, List<Report> held) {
            return at(now -> exchanges.renew(worker, held, now));
        }

        @Override
        public SweepResult sweep(int limit) {
            return at(now -> exchanges.sweep(limit, now));
        }

        @Override
        public Subscription listen(Set<Signal.Kind> kinds, Consumer<Signal> hint) {
            return signals.listen(kinds, hint);
        }
    }
}
