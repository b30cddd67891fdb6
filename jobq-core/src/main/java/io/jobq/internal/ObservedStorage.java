package io.jobq.internal;

import io.jobq.metrics.JobMetrics;
import io.jobq.spi.Claim;
import io.jobq.spi.Exchange;
import io.jobq.spi.InsertResult;
import io.jobq.spi.JobAdmin;
import io.jobq.spi.JobStore;
import io.jobq.spi.NewJob;
import io.jobq.spi.OngoingExchange;
import io.jobq.spi.Registry;
import io.jobq.spi.RenewResult;
import io.jobq.spi.Report;
import io.jobq.spi.Settlement;
import io.jobq.spi.Signal;
import io.jobq.spi.Storage;
import io.jobq.spi.Subscription;
import io.jobq.spi.SweepResult;
import io.jobq.spi.WorkerLease;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** A storage whose hot path is timed. The one place where storage calls are measured. */
record ObservedStorage(Storage storage, JobMetrics metrics) implements Storage {
    @Override
    public JobStore jobs() {
        return new ObservedJobs(storage.jobs(), metrics);
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
    public void close() {
        storage.close();
    }

    private record ObservedJobs(JobStore jobs, JobMetrics metrics) implements JobStore {
        @Override
        public List<InsertResult> insert(List<NewJob> batch) {
            List<InsertResult> results = metrics.storageCall("insert", () -> jobs.insert(batch));
            metrics.enqueued(batch, results);
            return results;
        }

        @Override
        public Exchange exchange(List<Settlement> done, Claim want) {
            return metrics.storageCall("exchange", () -> jobs.exchange(done, want));
        }

        @Override
        public OngoingExchange begin(List<Settlement> done, Claim want) {
            long start = System.nanoTime();
            return new ObservedExchange(jobs.begin(done, want), start, metrics);
        }

        @Override
        public List<RenewResult> renew(WorkerLease worker, List<Report> held) {
            return metrics.storageCall("renew", () -> jobs.renew(worker, held));
        }

        @Override
        public SweepResult sweep(int limit) {
            return metrics.storageCall("sweep", () -> jobs.sweep(limit));
        }

        @Override
        public Subscription listen(Set<Signal.Kind> kinds, Consumer<Signal> hint) {
            return jobs.listen(kinds, hint);
        }
    }

    private record ObservedExchange(OngoingExchange exchange, long start, JobMetrics metrics)
            implements OngoingExchange {
        @Override
        public Exchange answer() {
            return metrics.storageCall("exchange", start, exchange::answer);
        }

        @Override
        public boolean isAnswered() {
            return exchange.isAnswered();
        }

        @Override
        public void await() {
            exchange.await();
        }
    }
}
