package io.jobq.scheduler;

import io.jobq.spi.Claim;
import io.jobq.spi.Exchange;
import io.jobq.spi.InsertResult;
import io.jobq.spi.JobAdmin;
import io.jobq.spi.JobStore;
import io.jobq.spi.NewJob;
import io.jobq.spi.Registry;
import io.jobq.spi.RenewResult;
import io.jobq.spi.Report;
import io.jobq.spi.Settlement;
import io.jobq.spi.Signal;
import io.jobq.spi.Storage;
import io.jobq.spi.StorageException;
import io.jobq.spi.Subscription;
import io.jobq.spi.SweepResult;
import io.jobq.spi.WorkerLease;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A storage whose caller is held up just before it inserts, or does not get the answer. */
final class HookedStorage implements Storage {
    private final Storage storage;
    private @Nullable Runnable hook;
    private boolean lose;

    HookedStorage(Storage storage) {
        this.storage = storage;
    }

    /** What happens before the next insert. */
    void beforeInsert(Runnable action) {
        hook = action;
    }

    void loseNextAnswer() {
        lose = true;
    }

    @Override
    public JobStore jobs() {
        return new Jobs(storage.jobs());
    }

    @Override
    public JobAdmin admin() {
        return storage.admin();
    }

    @Override
    public Registry registry() {
        return storage.registry();
    }

    @Override
    public void close() {}

    private final class Jobs implements JobStore {
        private final JobStore jobs;

        Jobs(JobStore jobs) {
            this.jobs = jobs;
        }

        @Override
        public List<InsertResult> insert(List<NewJob> added) {
            Runnable now = hook;
            hook = null;
            if (now != null) {
                now.run();
            }
            List<InsertResult> results = jobs.insert(added);
            if (lose) {
                lose = false;
                throw new StorageException("the answer was lost");
            }
            return results;
        }

        @Override
        public Exchange exchange(List<Settlement> done, Claim want) {
            return jobs.exchange(done, want);
        }

        @Override
        public List<RenewResult> renew(WorkerLease worker, List<Report> held) {
            return jobs.renew(worker, held);
        }

        @Override
        public SweepResult sweep(int limit) {
            return jobs.sweep(limit);
        }

        @Override
        public Subscription listen(Set<Signal.Kind> kinds, Consumer<Signal> hint) {
            return jobs.listen(kinds, hint);
        }
    }
}
