package io.jobq.benchmarks;

import io.jobq.Handler;
import io.jobq.Job;
import io.jobq.JobQ;
import io.jobq.JobState;
import io.jobq.WorkerOptions;
import io.jobq.spi.Storage;
import io.jobq.spi.StorageStats.QueueStats;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** One storage and one system on it, set up as the options say: the library's defaults but for the concurrency. */
final class Bench implements AutoCloseable {
    static final String TYPE = "benchmark";
    private static final String QUEUE = "default";
    private static final int FILL_BATCH = 1_000;
    private static final long POLL_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    private final Storage storage;
    private final JobQ jobq;

    /** A system that is not started. */
    Bench(Options options, int concurrency, Handler<Input> handler) {
        String uri = options.text("storage");
        this.storage = StorageFactory.of(uri).open(uri);
        JobQ.Builder builder = JobQ.builder()
                .storage(storage)
                .handle(TYPE, Input.class, handler)
                .worker(WorkerOptions.DEFAULT.withConcurrency(concurrency));
        if (options.isOn("metrics")) {
            builder.meterRegistry(new SimpleMeterRegistry());
        }
        this.jobq = builder.build();
    }

    /** Starts the worker. */
    void start() {
        jobq.start();
    }

    /** Stores one job. */
    void enqueue(Job job) {
        jobq.queue(QUEUE).enqueue(job);
    }

    /** Stores the jobs numbered {@code from} to {@code to}, in batches. */
    void enqueue(Input.Maker inputs, long from, long to, int batch) {
        if (batch == 1) {
            for (long n = from; n < to; n++) {
                enqueue(Job.of(TYPE, inputs.number(n)));
            }
            return;
        }
        for (long n = from; n < to; n += batch) {
            jobq.queue(QUEUE).enqueueAll(jobs(inputs, n, Math.min(to, n + batch)));
        }
    }

    /** Stores so many jobs of a tenant. */
    void enqueue(Input.Maker inputs, int count, String tenant) {
        for (int from = 0; from < count; from += FILL_BATCH) {
            List<Job> jobs = jobs(inputs, from, Math.min(count, from + FILL_BATCH));
            jobs.replaceAll(job -> job.tenant(tenant));
            jobq.queue(QUEUE).enqueueAll(jobs);
        }
    }

    private static List<Job> jobs(Input.Maker inputs, long from, long to) {
        List<Job> jobs = new ArrayList<>((int) (to - from));
        for (long n = from; n < to; n++) {
            jobs.add(Job.of(TYPE, inputs.number(n)));
        }
        return jobs;
    }

    /** Waits until the storage has no job that is not done. */
    void awaitSettled() {
        while (live() > 0) {
            LockSupport.parkNanos(this, POLL_NANOS);
        }
    }

    private long live() {
        QueueStats stats = storage.admin().stats().queues().get(QUEUE);
        return stats == null
                ? 0
                : stats.count(JobState.READY) + stats.count(JobState.RUNNING) + stats.count(JobState.SCHEDULED);
    }

    @Override
    public void close() {
        jobq.close();
        storage.close();
    }
}
