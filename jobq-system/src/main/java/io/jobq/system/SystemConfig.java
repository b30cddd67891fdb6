package io.jobq.system;

import io.jobq.JobQ;
import io.jobq.spi.DurationText;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A whole system: storage, queues, workers, retries, schedules, metrics and types. From a file, from key-value pairs, or in
 * code, starting from {@link #DEFAULT}.
 *
 * <pre>{@code
 * SystemConfig.DEFAULT
 *         .withStorage(StorageConfig.redis("redis://localhost:6379"))
 *         .withQueue("critical", QueueConfig.of(100, 20))
 *         .withQueue("default", QueueConfig.of(50, 10))
 *         .withMetrics(MetricsConfig.on(9464))
 * }</pre>
 *
 * <p>{@code docs/configuration.md} lists all keys.
 *
 * @param storage where jobs live
 * @param queues by name, in order, what workers serve; if there are none, {@code default} and every queue that handlers name
 * @param worker what workers have in common
 * @param retry the system's retry policy
 * @param timeout time limit per attempt where type and job give none
 * @param scheduler its schedules
 * @param metrics where metrics can be read
 * @param types by name, what jobs of a type have in common
 */
public record SystemConfig(
        StorageConfig storage,
        Map<String, QueueConfig> queues,
        WorkerConfig worker,
        RetryConfig retry,
        Duration timeout,
        SchedulerConfig scheduler,
        MetricsConfig metrics,
        Map<String, TypeConfig> types) {
    /** In memory, ten slots for all queues, no metrics port; what {@link #from} makes of nothing. */
    public static final SystemConfig DEFAULT = new SystemConfig(
            StorageConfig.memory(),
            Map.of(),
            WorkerConfig.DEFAULT,
            RetryConfig.DEFAULT,
            Duration.ofMinutes(30),
            SchedulerConfig.DEFAULT,
            MetricsConfig.OFF,
            Map.of());

    /** Checks and copies. */
    public SystemConfig {
        Objects.requireNonNull(storage, "storage");
        Objects.requireNonNull(worker, "worker");
        Objects.requireNonNull(retry, "retry");
        Objects.requireNonNull(scheduler, "scheduler");
        Objects.requireNonNull(metrics, "metrics");
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("timeout must be positive, but is " + DurationText.of(timeout));
        }
        queues = copy("queue", queues);
        types = copy("type", types);
    }

    private static <V> Map<String, V> copy(String what, Map<String, V> given) {
        given.keySet().stream().filter(each -> !Form.isName(each)).findFirst().ifPresent(wrong -> {
            throw new IllegalArgumentException("'" + wrong + "' can't be the name of a " + what);
        });
        return Collections.unmodifiableMap(new LinkedHashMap<>(given));
    }

    /**
     * Reads a file that ends in {@code .properties}, {@code .yaml} or {@code .yml}, in UTF-8. Environment variables are stronger:
     * {@code JOBQ_METRICS_PORT} replaces {@code jobq.metrics.port}.
     *
     * @throws InvalidConfigException if the file can't be read, holds no setting, or anything in it is wrong; names all that is
     */
    public static SystemConfig load(Path file) {
        return load(file, System.getenv());
    }

    static SystemConfig load(Path file, Map<String, String> environment) {
        JobQ.builder(); // throws if the class path does not fit, before anything fails for want of it
        String name = Objects.requireNonNullElse(file.getFileName(), file).toString();
        Problems problems = new Problems(name);
        Settings settings = new Settings(ConfigFile.read(file, name, problems), problems);
        settings.override(new Environment(environment).overrides(settings));
        if (settings.isEmpty()) {
            problems.addLine(
                    0,
                    "holds no setting, so everything would have its default, and jobs would live in memory; if that is"
                            + " meant, say " + Keys.STORAGE_TYPE.pattern() + ": memory");
        }
        return checked(settings, problems);
    }

    /**
     * Reads key-value pairs, {@code jobq.metrics.port} = {@code 9464} for example. No environment variable is looked at.
     *
     * @throws InvalidConfigException if anything in it is wrong, a key that is not known included; names all that is
     */
    public static SystemConfig from(Map<String, String> settings) {
        JobQ.builder();
        Problems problems = new Problems("");
        List<Setting> written = new ArrayList<>();
        settings.forEach((key, text) -> written.add(new Setting(key, text, "", 0)));
        return checked(new Settings(written, problems), problems);
    }

    private static SystemConfig checked(Settings settings, Problems problems) {
        SystemConfig config = new ConfigReader(settings, problems).read();
        config.findStrayQueues(problems);
        config.findFalseOrder(problems);
        problems.throwIfAny();
        return config;
    }

    /** A type or schedule that sends its jobs to a queue not served here is mostly a slip of the pen. */
    void findStrayQueues(Problems problems) {
        types.forEach((name, type) -> checkQueue(Keys.TYPE_QUEUE.of(name), type.queue(), problems));
        scheduler
                .schedules()
                .forEach((name, schedule) -> checkQueue(Keys.SCHEDULE_QUEUE.of(name), schedule.queue(), problems));
    }

    /** Queues that are served strictly in order must be named, and have no weights. */
    void findFalseOrder(Problems problems) {
        if (worker.queueOrder() == WorkerConfig.QueueOrder.STRICT) {
            if (queues.isEmpty()) {
                problems.add(
                        Keys.QUEUE_ORDER.pattern(), "is strict, but there are no jobq.queues whose order it could be");
            }
            queues.forEach((name, queue) -> {
                if (queue.weight() != 1) {
                    problems.add(
                            Keys.QUEUE_WEIGHT.of(name),
                            "is not for jobq.worker.queue-order strict: the order is that in which queues are listed");
                }
            });
        }
    }

    private void checkQueue(String key, @Nullable String queue, Problems problems) {
        if (queue != null && !queues.isEmpty() && !queues.containsKey(queue)) {
            problems.add(key, Problems.quote(queue) + " " + notAmongQueues());
        }
    }

    String notAmongQueues() {
        return "is not among jobq.queues; allowed: " + String.join(", ", queues.keySet())
                + "; if other processes serve it, list it with 'workers: 0'";
    }

    /** The same with another {@link #storage()}. */
    public SystemConfig withStorage(StorageConfig changed) {
        return new SystemConfig(changed, queues, worker, retry, timeout, scheduler, metrics, types);
    }

    /** The same with one more queue, or another one of its name. */
    public SystemConfig withQueue(String name, QueueConfig queue) {
        Map<String, QueueConfig> more = new LinkedHashMap<>(queues);
        more.put(name, queue);
        return new SystemConfig(storage, more, worker, retry, timeout, scheduler, metrics, types);
    }

    /** The same with another {@link #worker()}. */
    public SystemConfig withWorker(WorkerConfig changed) {
        return new SystemConfig(storage, queues, changed, retry, timeout, scheduler, metrics, types);
    }

    /** The same with another {@link #retry()}. */
    public SystemConfig withRetry(RetryConfig changed) {
        return new SystemConfig(storage, queues, worker, changed, timeout, scheduler, metrics, types);
    }

    /** The same with another {@link #timeout()}. */
    public SystemConfig withTimeout(Duration changed) {
        return new SystemConfig(storage, queues, worker, retry, changed, scheduler, metrics, types);
    }

    /** The same with another {@link #scheduler()}. */
    public SystemConfig withScheduler(SchedulerConfig changed) {
        return new SystemConfig(storage, queues, worker, retry, timeout, changed, metrics, types);
    }

    /** The same with other {@link #metrics()}. */
    public SystemConfig withMetrics(MetricsConfig changed) {
        return new SystemConfig(storage, queues, worker, retry, timeout, scheduler, changed, types);
    }

    /** The same with one more type, or another one of its name. */
    public SystemConfig withType(String name, TypeConfig type) {
        Map<String, TypeConfig> more = new LinkedHashMap<>(types);
        more.put(name, type);
        return new SystemConfig(storage, queues, worker, retry, timeout, scheduler, metrics, more);
    }
}
