package io.jobq.benchmarks.chaos;

import io.jobq.Job;
import io.jobq.JobHandle;
import io.jobq.JobQ;
import io.jobq.JobState;
import io.jobq.WorkerOptions;
import io.jobq.benchmarks.BareRedis;
import io.jobq.spi.Applied;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import io.jobq.spi.Page;
import io.jobq.spi.Storage;
import io.jobq.spi.StorageStats.QueueStats;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** What is in the storage: jobs, and keys. */
final class Remains {
    private static final int PAGE = 500;
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** So long a worker lives that has done everything it does regularly. */
    private static final long HOUSEKEEPING_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final ChaosSettings settings;

    Remains(ChaosSettings settings) {
        this.settings = settings;
    }

    /** Waits until every job is done; not longer than a limit. */
    void awaitDone(Duration limit) {
        try (Storage storage = settings.connect(settings.uri())) {
            long start = System.nanoTime();
            while (live(storage) > 0 && System.nanoTime() - start < limit.toNanos()) {
                LockSupport.parkNanos(this, POLL_NANOS);
            }
        }
    }

    private static long live(Storage storage) {
        QueueStats stats = Patience.until(() -> storage.admin().stats().queues().get(ChaosSettings.QUEUE));
        return stats == null
                ? 0
                : stats.count(JobState.READY) + stats.count(JobState.RUNNING) + stats.count(JobState.SCHEDULED);
    }

    /** The jobs that are stored. */
    Map<String, JobState> jobs() {
        Map<String, JobState> jobs = new HashMap<>();
        try (Storage storage = settings.connect(settings.uri())) {
            String cursor = null;
            do {
                Page page = storage.admin().list(JobFilter.ALL, cursor, PAGE);
                page.jobs().forEach(job -> jobs.put(job.id().toString(), job.state()));
                cursor = page.next();
            } while (cursor != null);
        }
        return jobs;
    }

    /** Deletes all jobs, and returns the keys that are there all the same but would not be after a quiet day. */
    Set<String> orphanKeys(Duration patience) {
        deleteJobs(settings.prefix());
        Set<String> constant = constantKeys();
        try (BareRedis redis = BareRedis.connect(settings.uri())) {
            long start = System.nanoTime();
            while (true) {
                Set<String> orphans = names(redis, settings.prefix());
                orphans.removeAll(constant);
                if (orphans.isEmpty() || System.nanoTime() - start > patience.toNanos()) {
                    return orphans;
                }
                LockSupport.parkNanos(this, POLL_NANOS);
            }
        }
    }

    /** What one job leaves behind that was run and deleted. */
    private Set<String> constantKeys() {
        String prefix = BareRedis.newPrefix("chaos-quiet");
        try (BareRedis redis = BareRedis.connect(settings.uri())) {
            runOneJob(prefix);
            deleteJobs(prefix);
            Set<String> names = names(redis, prefix);
            redis.deleteKeys(prefix);
            return names;
        }
    }

    private void runOneJob(String prefix) {
        WorkerOptions worker = WorkerOptions.DEFAULT.withQueues(Map.of(ChaosSettings.QUEUE, 1));
        try (Storage storage = settings.connect(settings.uri(), prefix);
                JobQ jobq = JobQ.builder()
                        .storage(storage)
                        .handle(ChaosSettings.TYPE, Long.class, (millis, job) -> {})
                        .worker(worker)
                        .start()) {
            JobHandle handle = jobq.queue(ChaosSettings.QUEUE).enqueue(Job.of(ChaosSettings.TYPE, 0L));
            while (handle.find().filter(job -> job.state().isFinal()).isEmpty()) {
                LockSupport.parkNanos(this, POLL_NANOS);
            }
            LockSupport.parkNanos(this, HOUSEKEEPING_NANOS);
        }
    }

    private void deleteJobs(String prefix) {
        try (Storage storage = settings.connect(settings.uri(), prefix)) {
            @Nullable String cursor = null;
            do {
                Applied applied = storage.admin().apply(JobFilter.ALL, new JobAction.Delete(), cursor, PAGE);
                cursor = applied.next();
            } while (cursor != null);
        }
    }

    private static Set<String> names(BareRedis redis, String prefix) {
        Set<String> names = new TreeSet<>();
        redis.keys(prefix).forEach(key -> names.add(key.substring(prefix.length())));
        return names;
    }

    /** Removes everything. */
    void delete() {
        try (BareRedis redis = BareRedis.connect(settings.uri())) {
            redis.deleteKeys(settings.prefix());
        }
    }
}
