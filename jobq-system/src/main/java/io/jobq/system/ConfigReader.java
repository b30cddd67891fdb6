package io.jobq.system;

import io.jobq.WorkerOptions;
import io.jobq.redis.RedisOptions;
import io.jobq.spi.Retention;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/** Makes a configuration of settings. What is wrong is reported, and taken for its default, so that all is read. */
final class ConfigReader {
    private static final List<Key<?>> OF_REDIS = List.of(
            Keys.STORAGE_URI, Keys.STORAGE_PREFIX, Keys.STORAGE_TIMEOUT, Keys.STORAGE_REPLICAS, Keys.STORAGE_BUFFER);
    private static final String NEEDS_REDIS = "is only for Redis, but jobq.storage.type is memory";

    private final Settings settings;
    private final Problems problems;

    ConfigReader(Settings settings, Problems problems) {
        this.settings = settings;
        this.problems = problems;
    }

    SystemConfig read() {
        return new SystemConfig(
                storage(),
                named(Keys.QUEUES, this::queue),
                worker(),
                retry(),
                settings.get(Keys.TIMEOUT),
                scheduler(),
                metrics(),
                named(Keys.TYPES, this::type));
    }

    private <V> Map<String, V> named(String section, Function<String, V> one) {
        Map<String, V> all = new LinkedHashMap<>();
        settings.names(section).forEach(name -> all.put(name, one.apply(name)));
        return all;
    }

    private StorageConfig storage() {
        Retention retention = new Retention(
                settings.get(Keys.SUCCEEDED),
                settings.get(Keys.SUCCEEDED_AGE),
                settings.get(Keys.DEAD),
                settings.get(Keys.DEAD_AGE));
        if (settings.get(Keys.STORAGE_TYPE) == Keys.StorageType.REDIS) {
            return redis(retention);
        }
        OF_REDIS.stream().filter(settings::has).forEach(each -> problems.add(each.pattern(), NEEDS_REDIS));
        settings.names(Keys.PARTITIONS).forEach(queue -> problems.add(Keys.STORAGE_PARTITIONS.of(queue), NEEDS_REDIS));
        return new StorageConfig.Memory(retention);
    }

    private StorageConfig redis(Retention retention) {
        if (!settings.has(Keys.STORAGE_URI)) {
            problems.add(
                    Keys.STORAGE_URI.pattern(),
                    "is missing, but jobq.storage.type is redis; allowed: "
                            + Keys.STORAGE_URI.form().allowed());
        }
        String uri = Objects.requireNonNullElse(settings.find(Keys.STORAGE_URI), "");
        RedisOptions options = RedisOptions.of(uri)
                .withPrefix(settings.get(Keys.STORAGE_PREFIX))
                .withTimeout(settings.get(Keys.STORAGE_TIMEOUT))
                .withRetention(retention)
                .withReplicas(settings.get(Keys.STORAGE_REPLICAS))
                .withOutageBuffer(settings.get(Keys.STORAGE_BUFFER));
        for (String queue : settings.names(Keys.PARTITIONS)) {
            Integer count = settings.find(Keys.STORAGE_PARTITIONS, queue);
            options = options.withPartitions(queue, count == null ? 1 : count);
        }
        return new StorageConfig.Redis(options);
    }

    private QueueConfig queue(String name) {
        return new QueueConfig(
                settings.get(Keys.QUEUE_WEIGHT, name),
                settings.get(Keys.QUEUE_WORKERS, name),
                settings.find(Keys.QUEUE_PRIORITIES, name));
    }

    private WorkerConfig worker() {
        return new WorkerConfig(
                settings.get(Keys.WORKER_ENABLED),
                settings.find(Keys.WORKER_SHARED),
                settings.get(Keys.QUEUE_ORDER),
                WorkerOptions.DEFAULT
                        .withLeaseTime(settings.get(Keys.LEASE_TIME))
                        .withShutdownTimeout(settings.get(Keys.SHUTDOWN_TIMEOUT))
                        .withInterruptGrace(settings.get(Keys.INTERRUPT_GRACE))
                        .withMaxLosses(settings.get(Keys.MAX_LOSSES))
                        .withFallbackPoll(settings.get(Keys.FALLBACK_POLL)));
    }

    private RetryConfig retry() {
        int attempts = settings.get(Keys.MAX_ATTEMPTS);
        RetryConfig.Backoff backoff = settings.get(Keys.BACKOFF);
        Duration base = settings.get(Keys.RETRY_BASE);
        double factor = settings.get(Keys.RETRY_FACTOR);
        Duration max = settings.get(Keys.RETRY_MAX);
        double jitter = settings.get(Keys.RETRY_JITTER);
        if (backoff != RetryConfig.Backoff.EXPONENTIAL) {
            settings.refuse(Keys.RETRY_FACTOR, "", "is only for jobq.retry.backoff exponential");
        }
        if (backoff == RetryConfig.Backoff.FIXED) {
            settings.refuse(
                    Keys.RETRY_MAX,
                    "",
                    "is not for jobq.retry.backoff fixed, whose delays are all as long as the base");
        }
        return problems.checked(
                Keys.RETRY_MAX.pattern(),
                () -> new RetryConfig(attempts, backoff, base, factor, max, jitter),
                RetryConfig.DEFAULT);
    }

    /** Whoever says how it works wants it, also for schedules that code or other processes store. */
    private SchedulerConfig scheduler() {
        Boolean enabled = settings.find(Keys.SCHEDULER_ENABLED);
        boolean isDescribed = settings.has(Keys.SCHEDULER_LEASE) || settings.has(Keys.SCHEDULER_INSTANCE);
        return new SchedulerConfig(
                (enabled == null && isDescribed) ? Boolean.TRUE : enabled,
                settings.get(Keys.SCHEDULER_LEASE),
                settings.find(Keys.SCHEDULER_INSTANCE),
                named(Keys.SCHEDULES, new ScheduleReader(settings, problems)::schedule));
    }

    private MetricsConfig metrics() {
        Boolean enabled = settings.find(Keys.METRICS_ENABLED);
        if (enabled == null && !settings.has(Keys.METRICS_PORT)) {
            settings.refuse(
                    Keys.METRICS_ADDRESS, "", "is given, but jobq.metrics.port is not, so nothing listens there");
        }
        return new MetricsConfig(
                enabled != null ? enabled : settings.has(Keys.METRICS_PORT),
                settings.get(Keys.METRICS_PORT),
                settings.get(Keys.METRICS_ADDRESS));
    }

    private TypeConfig type(String name) {
        boolean idempotent = settings.get(Keys.TYPE_IDEMPOTENCY, name);
        if (!idempotent && settings.has(Keys.TYPE_RETENTION, name)) {
            problems.add(
                    Keys.TYPE_RETENTION.of(name), "is given, but " + Keys.TYPE_IDEMPOTENCY.of(name) + " is not true");
        }
        return new TypeConfig(
                settings.find(Keys.TYPE_QUEUE, name),
                settings.find(Keys.TYPE_TIMEOUT, name),
                settings.find(Keys.TYPE_ATTEMPTS, name),
                idempotent,
                settings.get(Keys.TYPE_RETENTION, name));
    }
}
