package io.jobq.system;

import io.jobq.Health;
import io.jobq.JobQ;
import io.jobq.limits.Limits;
import io.jobq.scheduler.Scheduled;
import io.jobq.scheduler.Scheduler;
import io.jobq.spi.Storage;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running system that one configuration describes: storage, workers, scheduler, and an endpoint for metrics and health.
 *
 * <pre>{@code
 * try (JobQSystem system = JobQSystem.start(SystemConfig.load(Path.of("jobq.yaml")), new MailHandlers())) {
 *     system.jobq().enqueue(Job.of("send_email", new SendEmail("ada@example.org")));
 * }
 * }</pre>
 *
 * <p>Thread-safe.
 */
public final class JobQSystem implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(JobQSystem.class);

    private final SystemConfig config;
    private final Storage storage;
    private final @Nullable PrometheusMeterRegistry meters;
    private final JobQ jobq;
    private final @Nullable Scheduler scheduler;
    private final @Nullable MetricsEndpoint endpoint;
    private volatile boolean closing;

    private JobQSystem(SystemConfig config, Storage storage, Consumer<JobQ.Builder> code, boolean methodsAreScheduled) {
        this.config = config;
        this.storage = storage;
        this.meters = config.metrics().enabled() ? new PrometheusMeterRegistry(PrometheusConfig.DEFAULT) : null;
        this.jobq = build(code);
        this.scheduler = config.scheduler().isOn(methodsAreScheduled)
                ? new ConfiguredSchedules(config.scheduler()).scheduler(jobq, meters)
                : null;
        this.endpoint = meters == null ? null : endpoint(meters);
    }

    /**
     * Starts a system with the {@link io.jobq.JobHandler} methods of these objects, which tick if they are {@link Scheduled}, unless
     * the scheduler is configured not to be {@linkplain SchedulerConfig#enabled enabled}.
     *
     * @throws InvalidConfigException if jobs of a type or schedule would go to a queue that is not among the configured
     *     ones, or a schedule has the name of a {@link Scheduled} method
     * @throws io.jobq.JobQException if the metrics port can't be had, or the storage is away; nothing runs then
     */
    public static JobQSystem start(SystemConfig config, Object... handlers) {
        return start(config, builder -> builder.handlers(handlers), ScheduledMethods.of(handlers));
    }

    /**
     * Starts a system, of which code adds what no file can hold: handlers, interceptors, codecs. The code runs after
     * everything configured has been set, so what it sets as well is its own.
     *
     * @param code given the builder that is about to be used; not to build or start it, nor to give it another storage
     * @throws InvalidConfigException if jobs of a type or schedule would go to a queue that is not among the configured
     *     ones
     * @throws io.jobq.JobQException if the metrics port can't be had, or the storage is away; nothing runs then
     */
    public static JobQSystem start(SystemConfig config, Consumer<JobQ.Builder> code) {
        return start(config, Objects.requireNonNull(code, "code"), ScheduledMethods.of());
    }

    private static JobQSystem start(SystemConfig config, Consumer<JobQ.Builder> code, ScheduledMethods scheduled) {
        refuse(config, scheduled);
        Storage storage = new Assembly(config).storage();
        JobQSystem system;
        try {
            system = new JobQSystem(config, storage, code, !scheduled.handlers().isEmpty());
        } catch (RuntimeException | Error failed) {
            storage.close();
            throw failed;
        }
        CrossCheck check = new CrossCheck(config, system.jobq);
        system.begin(check, scheduled.handlers().toArray());
        system.sayWhatHasNoEffect();
        return system;
    }

    /** What can't work is said before anything is opened. */
    private static void refuse(SystemConfig config, ScheduledMethods scheduled) {
        Problems problems = new Problems("");
        config.findStrayQueues(problems);
        config.findFalseOrder(problems);
        new ConfiguredSchedules(config.scheduler()).findNamesakes(scheduled.methods(), problems);
        problems.throwIfAny();
    }

    private JobQ build(Consumer<JobQ.Builder> code) {
        JobQ.Builder builder = JobQ.builder().storage(storage);
        if (meters != null) {
            builder.meterRegistry(meters);
        }
        Assembly assembly = new Assembly(config);
        assembly.configure(builder);
        code.accept(builder);
        if (config.types().values().stream().anyMatch(TypeConfig::idempotent)) { // innermost, so last
            builder.interceptor(new PerTypeIdempotency(assembly.idempotency(storage), config.types()));
        }
        return builder.build();
    }

    private MetricsEndpoint endpoint(PrometheusMeterRegistry shown) {
        try {
            return MetricsEndpoint.start(config.metrics(), shown, this::health, MetricsEndpoint.LONGEST_REQUEST);
        } catch (RuntimeException | Error failed) {
            jobq.close();
            throw failed;
        }
    }

    /** A system that only waits for its last jobs is not to be given more, and one whose schedules do not tick is ill. */
    private HealthForm health() {
        Health health = jobq.health();
        List<String> problems = new ArrayList<>(health.problems());
        if (closing && health.up()) {
            problems.add("closing");
        } else if (scheduler != null && !closing) {
            scheduler.problem().ifPresent(problems::add);
        }
        return HealthForm.of(new Health(problems.isEmpty(), problems, health.workers()), role());
    }

    private HealthForm.SchedulerRole role() {
        if (scheduler == null || closing) {
            return HealthForm.SchedulerRole.NONE;
        }
        return scheduler.isLeader() ? HealthForm.SchedulerRole.LEADER : HealthForm.SchedulerRole.STANDBY;
    }

    private void begin(CrossCheck check, Object[] scheduled) {
        try {
            check.refuseStrayQueues();
            config.queues().forEach((name, queue) -> share(name, queue.priorities()));
            jobq.start();
            if (scheduler != null) {
                new ConfiguredSchedules(config.scheduler()).declare(scheduler);
                scheduler.schedules(scheduled);
                scheduler.start();
            } else if (scheduled.length > 0) {
                log.warn(
                        "the @Scheduled methods of {} handlers do not tick, since jobq.scheduler.enabled is false",
                        scheduled.length);
            }
        } catch (RuntimeException | Error failed) {
            close();
            throw failed;
        }
    }

    private void sayWhatHasNoEffect() {
        if (config.worker().enabled() && config.worker().sharedSlots(false) == 0) {
            sayThatNothingIsShared();
        }
        if (scheduler == null && !config.scheduler().schedules().isEmpty()) {
            log.info(
                    "{} configured schedules are not stored, since jobq.scheduler.enabled is false",
                    config.scheduler().schedules().size());
        }
    }

    private void sayThatNothingIsShared() {
        long weights = config.queues().values().stream()
                .map(QueueConfig::weight)
                .distinct()
                .count();
        if (weights > 1) {
            log.info(
                    "weights of queues have no effect, since jobq.worker.shared is 0: every queue has slots of its own");
        }
        if (config.worker().queueOrder() == WorkerConfig.QueueOrder.STRICT) {
            log.info(
                    "jobq.worker.queue-order has no effect, since jobq.worker.shared is 0: every queue has slots of its"
                            + " own");
        }
    }

    private void share(String queue, QueueConfig.@Nullable Priorities priorities) {
        if (priorities == QueueConfig.Priorities.WEIGHTED) {
            Limits.of(storage, queue).weightedLevels();
        } else if (priorities == QueueConfig.Priorities.STRICT) {
            Limits.of(storage, queue).strictLevels();
        }
    }

    /** The system itself, to enqueue with. */
    public JobQ jobq() {
        return jobq;
    }

    /** Its scheduler, to schedule more; empty if it is off. */
    public Optional<Scheduler> scheduler() {
        return Optional.ofNullable(scheduler);
    }

    /** What it was started with. */
    public SystemConfig config() {
        return config;
    }

    /** The port of {@code /metrics} and {@code /health}; empty if metrics are off. */
    public OptionalInt port() {
        return endpoint == null ? OptionalInt.empty() : OptionalInt.of(endpoint.port());
    }

    /** What {@code /metrics} shows, to add meters of your own; empty if metrics are off. */
    public Optional<MeterRegistry> meters() {
        return Optional.ofNullable(meters);
    }

    /**
     * Ends everything: first the scheduler, then the workers, as {@link JobQ#close} does, while {@code /health} says so and metrics can still be
     * read; then the endpoint, and last the storage. Closing twice does nothing.
     */
    @Override
    @SuppressWarnings("unused") // resources are closed in reverse order, each whatever becomes of the others
    public void close() {
        closing = true;
        try (Storage last = storage;
                MetricsEndpoint second = endpoint;
                JobQ first = jobq;
                Scheduler beforeAll = scheduler) {
            log.debug("closing");
        }
    }
}
