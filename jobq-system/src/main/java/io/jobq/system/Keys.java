package io.jobq.system;

import io.jobq.scheduler.Cron;
import io.jobq.scheduler.DstPolicy;
import io.jobq.scheduler.ExcludedDates;
import io.jobq.scheduler.Misfire;
import io.jobq.scheduler.Overlap;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All keys that are known. {@code docs/configuration.md} explains them; a test compares the two. */
final class Keys {
    /** Where jobs live. */
    enum StorageType {
        MEMORY,
        REDIS
    }

    private static final List<Key<?>> ALL = new ArrayList<>();

    static final String ROOT = "jobq.";
    static final String QUEUES = "jobq.queues.";
    static final String TYPES = "jobq.types.";
    static final String SCHEDULES = "jobq.scheduler.schedules.";
    static final String PARTITIONS = "jobq.storage.partitions.";

    static final Key<StorageType> STORAGE_TYPE = key("jobq.storage.type", Form.word(StorageType.class), "memory");
    static final Key<String> STORAGE_URI = key("jobq.storage.uri", Form.redisUri(), null);
    static final Key<String> STORAGE_PREFIX =
            key("jobq.storage.prefix", Form.text("text", "a text without braces", "[^{}]+"), "jobq");
    static final Key<Duration> STORAGE_TIMEOUT = key("jobq.storage.timeout", Form.duration("1ms", "1h"), "5s");
    static final Key<Integer> STORAGE_REPLICAS = key("jobq.storage.replicas", Form.whole(0, 100), "0");
    static final Key<Integer> STORAGE_BUFFER = key("jobq.storage.outage-buffer", Form.whole(0, 10_000_000), "0");
    static final Key<Integer> STORAGE_PARTITIONS = key(PARTITIONS + "<queue>", Form.whole(1, 1_024), null);
    static final Key<Integer> SUCCEEDED =
            key("jobq.storage.retention.succeeded", Form.whole(0, Integer.MAX_VALUE), "1000");
    static final Key<Duration> SUCCEEDED_AGE =
            key("jobq.storage.retention.succeeded-age", Form.durationFrom("0s"), "24h");
    static final Key<Integer> DEAD = key("jobq.storage.retention.dead", Form.whole(0, Integer.MAX_VALUE), "10000");
    static final Key<Duration> DEAD_AGE = key("jobq.storage.retention.dead-age", Form.durationFrom("0s"), "90d");

    static final Key<Integer> QUEUE_WEIGHT = key(QUEUES + "<queue>.weight", Form.whole(1, 1_000), "1");
    static final Key<Integer> QUEUE_WORKERS = key(QUEUES + "<queue>.workers", Form.whole(0, 10_000), "10");
    static final Key<QueueConfig.Priorities> QUEUE_PRIORITIES =
            key(QUEUES + "<queue>.priorities", Form.word(QueueConfig.Priorities.class), null);

    static final Key<Boolean> WORKER_ENABLED = key("jobq.worker.enabled", Form.flag(), "true");
    static final Key<Integer> WORKER_SHARED = key("jobq.worker.shared", Form.whole(0, 10_000), null);
    static final Key<WorkerConfig.QueueOrder> QUEUE_ORDER =
            key("jobq.worker.queue-order", Form.word(WorkerConfig.QueueOrder.class), "weighted");
    static final Key<Duration> LEASE_TIME = key("jobq.worker.lease-time", Form.duration("1s", "1d"), "30s");
    static final Key<Duration> SHUTDOWN_TIMEOUT = key("jobq.worker.shutdown-timeout", Form.duration("0s", "1d"), "20s");
    static final Key<Duration> INTERRUPT_GRACE = key("jobq.worker.interrupt-grace", Form.duration("0s", "1d"), "5s");
    static final Key<Integer> MAX_LOSSES = key("jobq.worker.max-losses", Form.whole(1, 1_000), "3");
    static final Key<Duration> FALLBACK_POLL = key("jobq.worker.fallback-poll", Form.duration("10ms", "1h"), "5s");

    static final Key<Duration> TIMEOUT = key("jobq.timeout", Form.duration("1ms", "365d"), "30m");

    static final Key<Integer> MAX_ATTEMPTS = key("jobq.retry.max-attempts", Form.whole(1, 1_000), "10");
    static final Key<RetryConfig.Backoff> BACKOFF =
            key("jobq.retry.backoff", Form.word(RetryConfig.Backoff.class), "exponential");
    static final Key<Duration> RETRY_BASE = key("jobq.retry.base", Form.duration("0s", "365d"), "5s");
    static final Key<Double> RETRY_FACTOR = key("jobq.retry.factor", Form.decimal(1, 100), "2");
    static final Key<Duration> RETRY_MAX = key("jobq.retry.max", Form.duration("0s", "365d"), "1h");
    static final Key<Double> RETRY_JITTER = key("jobq.retry.jitter", Form.jitter(), "0.2");

    static final Key<Boolean> SCHEDULER_ENABLED = key("jobq.scheduler.enabled", Form.flag(), null);
    static final Key<Duration> SCHEDULER_LEASE = key("jobq.scheduler.lease", Form.duration("1s", "1h"), "30s");
    static final Key<String> SCHEDULER_INSTANCE = key("jobq.scheduler.instance", Form.name(), null);
    static final Key<String> CRON = key(SCHEDULES + "<schedule>.cron", Form.text("cron", "an expression", ".+"), null);
    static final Key<Cron.Dialect> DIALECT =
            key(SCHEDULES + "<schedule>.dialect", Form.word(Cron.Dialect.class), "unix");
    static final Key<ZoneId> ZONE = key(SCHEDULES + "<schedule>.zone", Form.zone(), "UTC");
    static final Key<DstPolicy.Gap> DST_GAP =
            key(SCHEDULES + "<schedule>.dst-gap", Form.word(DstPolicy.Gap.class), "run_after");
    static final Key<DstPolicy.Overlap> DST_OVERLAP =
            key(SCHEDULES + "<schedule>.dst-overlap", Form.word(DstPolicy.Overlap.class), "once");
    static final Key<Duration> EVERY = key(SCHEDULES + "<schedule>.every", Form.durationFrom("1s"), null);
    static final Key<Moment> ANCHOR = key(SCHEDULES + "<schedule>.anchor", Form.moment(), "1970-01-01T00:00:00Z");
    static final Key<Moment> AT = key(SCHEDULES + "<schedule>.at", Form.moment(), null);
    static final Key<Moment> START = key(SCHEDULES + "<schedule>.start", Form.moment(), null);
    static final Key<Moment> END = key(SCHEDULES + "<schedule>.end", Form.moment(), null);
    static final Key<ExcludedDates> EXCEPT = key(SCHEDULES + "<schedule>.except", Form.dates(), null);
    static final Key<String> SCHEDULE_TYPE = key(SCHEDULES + "<schedule>.type", Form.name(), null);
    static final Key<String> SCHEDULE_PAYLOAD = key(SCHEDULES + "<schedule>.payload", Form.json(), null);
    static final Key<String> SCHEDULE_QUEUE = key(SCHEDULES + "<schedule>.queue", Form.name(), null);
    static final Key<Misfire> MISFIRE = key(SCHEDULES + "<schedule>.misfire", Form.misfire(), "run_once");
    static final Key<Duration> MISFIRE_GRACE =
            key(SCHEDULES + "<schedule>.misfire-grace", Form.duration("1s", "1h"), "1m");
    static final Key<Duration> MISFIRE_DEADLINE =
            key(SCHEDULES + "<schedule>.misfire-deadline", Form.durationFrom("1ms"), null);
    static final Key<Overlap> OVERLAP = key(SCHEDULES + "<schedule>.overlap", Form.word(Overlap.class), "skip");
    static final Key<Duration> SCHEDULE_JITTER = key(SCHEDULES + "<schedule>.jitter", Form.duration("0s", "1d"), "0s");
    static final Key<Boolean> PAUSED = key(SCHEDULES + "<schedule>.paused", Form.flag(), "false");

    static final Key<Boolean> METRICS_ENABLED = key("jobq.metrics.enabled", Form.flag(), null);
    static final Key<Integer> METRICS_PORT = key("jobq.metrics.port", Form.whole(0, 65_535), "9464");
    static final Key<String> METRICS_ADDRESS =
            key("jobq.metrics.address", Form.text("address", "a host's name or IP address", "\\S+"), "127.0.0.1");

    static final Key<String> TYPE_QUEUE = key(TYPES + "<type>.queue", Form.name(), null);
    static final Key<Duration> TYPE_TIMEOUT = key(TYPES + "<type>.timeout", Form.duration("1ms", "365d"), null);
    static final Key<Integer> TYPE_ATTEMPTS = key(TYPES + "<type>.max-attempts", Form.whole(1, 1_000), null);
    static final Key<Boolean> TYPE_IDEMPOTENCY = key(TYPES + "<type>.idempotency", Form.flag(), "false");
    static final Key<Duration> TYPE_RETENTION =
            key(TYPES + "<type>.idempotency-retention", Form.durationFrom("1ms"), "24h");

    private Keys() {}

    private static <T> Key<T> key(String pattern, Form<T> form, @Nullable String fallback) {
        Key<T> key = new Key<>(pattern, form, fallback);
        ALL.add(key);
        return key;
    }

    /** In the order of the documentation. */
    static List<Key<?>> all() {
        return List.copyOf(ALL);
    }
}
