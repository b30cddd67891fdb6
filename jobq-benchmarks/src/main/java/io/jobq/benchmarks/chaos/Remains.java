package io.jobq.benchmarks.chaos;

import io.jobq.Job;
import io.jobq.JobHandle;
import io.jobq.JobQ;
import io.jobq.JobSnapshot;
import io.jobq.JobState;
import io.jobq.WorkerOptions;
import io.jobq.benchmarks.BareRedis;
import io.jobq.scheduler.Once;
import io.jobq.scheduler.Schedule;
import io.jobq.scheduler.Scheduler;
import io.jobq.spi.Applied;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import io.jobq.spi.Page;
import io.jobq.spi.Storage;
import io.jobq.spi.StorageStats.QueueStats;
import io.jobq.spi.UniqueKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;
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
        each(job -> jobs.put(job.id().toString(), job.state()));
        return jobs;
    }

    /** When the jobs that are stored lived, by id. */
    Map<String, UniqueVerdict.Life> lives() {
        Map<String, UniqueVerdict.Life> lives = new HashMap<>();
        each(job -> {
            String id = job.id().toString();
            Instant finished = job.times().finished();
            lives.put(
                    id,
                    new UniqueVerdict.Life(
                            id,
                            keyOf(job),
                            job.times().enqueued().toEpochMilli(),
                            finished == null ? Long.MAX_VALUE : finished.toEpochMilli()));
        });
        return lives;
    }

    private static String keyOf(JobSnapshot job) {
        UniqueKey unique = job.job().options().unique();
        return unique == null ? "none" : unique.key();
    }

    /** What came of the jobs that are stored, by id. */
    Map<String, IdempotencyVerdict.Delivery> deliveries() {
        Map<String, IdempotencyVerdict.Delivery> deliveries = new HashMap<>();
        each(job -> {
            String id = job.id().toString();
            String key = String.valueOf(job.job().options().idempotencyKey());
            String result = job.result() == null ? null : job.result().toString();
            deliveries.put(id, new IdempotencyVerdict.Delivery(id, key, result));
        });
        return deliveries;
    }

    /** Jobs that schedules have enqueued. */
    List<SchedulesVerdict.Firing> firings() {
        List<SchedulesVerdict.Firing> firings = new ArrayList<>();
        each(job -> {
            Map<String, String> headers = job.job().options().headers();
            firings.add(new SchedulesVerdict.Firing(
                    job.id().toString(),
                    headers.getOrDefault(Scheduler.SCHEDULE_HEADER, "none"),
                    Instant.parse(headers.getOrDefault(Scheduler.TICK_HEADER, Instant.MAX.toString())),
                    job.times().enqueued()));
        });
        return firings;
    }

    private void each(Consumer<JobSnapshot> look) {
        try (Storage storage = settings.connect(settings.uri())) {
            String cursor = null;
            do {
                Page page = storage.admin().list(JobFilter.ALL, cursor, PAGE);
                page.jobs().forEach(look);
                cursor = page.next();
            } while (cursor != null);
        }
    }

    /** Takes out of the idempotency store what it holds for a type's jobs of no tenant, by key. */
    Map<String, String> takeRecords(String type) {
        String prefix = settings.prefix() + ":idempotency:" + type + "::";
        Map<String, String> records = new HashMap<>();
        try (BareRedis redis = BareRedis.connect(settings.uri())) {
            for (String key : redis.keys(settings.prefix() + ":idempotency")) {
                String record = redis.texts().get(key);
                records.put(key.startsWith(prefix) ? key.substring(prefix.length()) : key, String.valueOf(record));
                redis.texts().del(key);
            }
        }
        return records;
    }

    /** Which of the queue's keys there are: empty ones are not. */
    List<String> leftovers(String... names) {
        try (BareRedis redis = BareRedis.connect(settings.uri())) {
            return Stream.of(names)
                    .map(settings::key)
                    .filter(key -> redis.texts().exists(key) > 0)
                    .toList();
        }
    }

    /** Sweeps until one of the queue's keys is gone, which may not take longer than a minute. */
    void sweepAway(String name) {
        long start = System.nanoTime();
        try (Storage storage = settings.connect(settings.uri())) {
            while (!leftovers(name).isEmpty() && System.nanoTime() - start < TimeUnit.MINUTES.toNanos(1)) {
                storage.jobs().sweep(PAGE);
                LockSupport.parkNanos(this, POLL_NANOS);
            }
        }
    }

    /** Deletes all jobs, and returns the keys that are there all the same but would not be after a quiet day. */
    Set<String> orphanKeys(Duration patience) {
        deleteJobs(settings.prefix());
        Set<String> constant = new HashSet<>(constantKeys());
        // what was last said in the log, forgotten after an hour, and which queues types have, after a day
        constant.addAll(Set.of(":registry:holding", ":registry:unserved", ":registry:route"));
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

    /** What one job and one schedule leave behind that were run and deleted. */
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
            scheduleOnce(jobq);
        }
    }

    private static void scheduleOnce(JobQ jobq) {
        try (Scheduler scheduler = Scheduler.of(jobq).build()) {
            Once never = Once.at(Instant.parse("2999-01-01T00:00:00Z"));
            scheduler.schedule(
                    Schedule.of("once", never, Job.of(ChaosSettings.TYPE, 0L)).queue(ChaosSettings.QUEUE));
            scheduler.delete("once");
            scheduler.runPending();
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
