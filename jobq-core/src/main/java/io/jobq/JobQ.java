package io.jobq;

import io.jobq.internal.Engine;
import io.jobq.internal.Requirements;
import io.jobq.internal.Settings;
import io.jobq.internal.TypeRegistry;
import io.jobq.memory.InMemoryStorage;
import io.jobq.spi.DurationText;
import io.jobq.spi.NewJob;
import io.jobq.spi.Payload;
import io.jobq.spi.Storage;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A job-processing system inside this JVM: producers enqueue through it, and its workers run handlers.
 *
 * <pre>{@code
 * try (JobQ jobq = JobQ.builder()
 *         .handle("send_email", SendEmail.class, (mail, job) -> mailer.send(mail))
 *         .start()) {
 *     jobq.queue("default").enqueue("send_email", new SendEmail("ada@example.org"));
 * }
 * }</pre>
 *
 * <p>Delivery is at least once; see {@code docs/guarantees.md} for what that means and how effects become exactly-once.
 */
public final class JobQ implements AutoCloseable {
    private final Engine engine;
    private final @Nullable Thread shutdownHook;

    private JobQ(Settings settings, boolean closeOnShutdown) {
        this.engine = new Engine(this, settings);
        this.shutdownHook = closeOnShutdown ? new Thread(null, engine::close, "jobq-shutdown", 0, false) : null;
    }

    /**
     * Starts describing a system.
     *
     * @throws JobQException if the class path has a version of a library that JobQ can't work with; the message says which
     */
    public static Builder builder() {
        Requirements.check();
        return new Builder();
    }

    /** A handle on a named queue. */
    public Queue queue(String name) {
        return engine.queue(Names.require("queue", name));
    }

    /** Stores a job in the queue of its type, {@code default} unless the type says otherwise; as {@link Queue#enqueue}. */
    public JobHandle enqueue(Job job) {
        return engine.queueOf(job.type()).enqueue(job);
    }

    /** Stores a job of a type with a payload and no options in the queue of its type; as {@link Queue#enqueue}. */
    public JobHandle enqueue(String type, Object payload) {
        return enqueue(Job.of(type, payload));
    }

    /** Stores a job of a typed constant in the queue of its type; as {@link Queue#enqueue}. */
    public <P> JobHandle enqueue(JobType<P> type, P payload) {
        return enqueue(Job.of(type, payload));
    }

    /**
     * Stores many jobs, each in the queue of its type, queue by queue; as {@link Queue#enqueueAll}. Not atomic: if it
     * throws, some may be stored.
     *
     * @return one handle per job, in order, unless an interceptor adds or drops jobs
     */
    public List<JobHandle> enqueueAll(Collection<Job> jobs) {
        return engine.enqueueAll(List.copyOf(jobs));
    }

    /** A handle on a job stored earlier, by whomever. */
    public JobHandle job(JobId id) {
        return engine.handle(Objects.requireNonNull(id, "id"));
    }

    /** The workers of this system. */
    public List<Worker> workers() {
        return engine.workers();
    }

    /** The types that this system has a handler for, by name in order, and what holds for them; their aliases are in there. */
    public Map<String, TypeOptions> types() {
        return engine.handled();
    }

    /** The workers of every system on the storage that have given a sign of life within their lease time. */
    public List<WorkerInfo> fleet() {
        return engine.fleet();
    }

    /** Whether this system works. Asks no one but itself, so it is fit for a liveness probe. */
    public Health health() {
        return engine.health();
    }

    /**
     * Encodes a result as this system stores it: with its codec, within its size limit. For interceptors that keep results;
     * an {@link Outcome} may carry what this returns, and it is stored as it is.
     *
     * @throws JobQException if it can't be encoded, or is too large
     */
    public Payload encodeResult(Object result) {
        return engine.encodeResult(Objects.requireNonNull(result, "result"));
    }

    /**
     * A job as {@link #enqueue} would store it, in its type's queue or another. For feature packages that store jobs at a time of
     * their own.
     *
     * @param queue null for the type's
     * @throws JobQException if its payload can't be encoded, or is too large
     */
    public NewJob encode(@Nullable String queue, Job job) {
        String where = queue == null ? engine.queueOf(job.type()).name() : Names.require("queue", queue);
        return engine.encode(where, job);
    }

    /** Where the jobs live, for feature packages built on the storage interfaces. */
    public Storage storage() {
        return engine.storage();
    }

    /**
     * Starts the workers; starting twice does nothing. A system that is not started can still enqueue.
     *
     * @throws JobQException if it is closed
     * @throws io.jobq.spi.StorageException if the storage is away; nothing is started then, and this may be called again
     */
    public JobQ start() {
        engine.start();
        if (shutdownHook != null) {
            addHook(shutdownHook);
        }
        return this;
    }

    private static void addHook(Thread hook) {
        try {
            Runtime.getRuntime().addShutdownHook(hook);
        } catch (IllegalArgumentException addedBefore) {
            return; // started twice
        }
    }

    /**
     * Stops claiming, waits for running jobs, interrupts what is left, gives back what does not end; see {@link
     * Worker#stop}. Then closes the storage if it is the built-in default. Closing twice does nothing.
     */
    @Override
    public void close() {
        engine.close();
        if (shutdownHook != null && shutdownHook != Thread.currentThread()) {
            removeHook(shutdownHook);
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            return; // too late to remove it, and it finds everything closed
        }
    }

    /** Describes a system. For one thread; may be used once. */
    public static final class Builder {
        private static final int DEFAULT_MAX_PAYLOAD = 1 << 20;

        private final TypeRegistry types = new TypeRegistry();
        private final List<Object> annotated = new ArrayList<>();
        private final Map<String, RetryPolicy> namedRetries = new HashMap<>();
        private final Map<String, QueueOptions> queues = new HashMap<>();
        private final List<JobInterceptor> interceptors = new ArrayList<>();
        private final List<JobListener> listeners = new ArrayList<>();
        private final List<WorkerOptions> workers = new ArrayList<>();
        private @Nullable Storage storage;
        private PayloadCodec codec = new JacksonCodec();
        private int maxPayloadBytes = DEFAULT_MAX_PAYLOAD;
        private RetryPolicy retry = RetryPolicy.DEFAULT;
        private Duration timeout = Duration.ofMinutes(30);
        private @Nullable MeterRegistry meters;
        private ObservationRegistry observations = ObservationRegistry.NOOP;
        private boolean closeOnShutdown = true;
        private boolean producerOnly;
        private @Nullable Integer concurrency;
        private boolean used;

        private Builder() {}

        /** Where jobs live; in memory by default. The system closes only the default one. */
        public Builder storage(Storage storage) {
            this.storage = Objects.requireNonNull(storage, "storage");
            return this;
        }

        /** Registers a handler for a type of job. */
        public <P> Builder handle(String type, Class<P> payload, Handler<P> handler) {
            Objects.requireNonNull(handler, "handler");
            return compute(type, payload, (P input, JobContext job) -> {
                handler.handle(input, job);
                return null;
            });
        }

        /** Registers a handler for a typed constant. */
        public <P> Builder handle(JobType<P> type, Handler<P> handler) {
            return handle(type.name(), type.payloadType(), handler);
        }

        /** Registers a handler that returns a result to store, or an {@link Outcome}. */
        public <P> Builder compute(String type, Class<P> payload, ResultHandler<P> handler) {
            Objects.requireNonNull(handler, "handler");
            types.register(JobType.of(type, payload).name(), payload, handler, "a lambda", TypeOptions.DEFAULT);
            return this;
        }

        /** Registers a handler that returns a result to store, or an {@link Outcome}, for a typed constant. */
        public <P> Builder compute(JobType<P> type, ResultHandler<P> handler) {
            return compute(type.name(), type.payloadType(), handler);
        }

        /** Registers the methods annotated with {@link JobHandler} of each object. */
        public Builder handlers(Object... instances) {
            annotated.addAll(List.of(instances));
            return this;
        }

        /**
         * Changes what the jobs of a type have in common: {@code .type("send_email", t -> t.withTimeout(…))}. Also useful
         * without a handler, where jobs are only produced.
         */
        public Builder type(String name, UnaryOperator<TypeOptions> change) {
            types.configure(Names.require("job type", name), change);
            return this;
        }

        /** What the jobs of a queue have in common. */
        public Builder queue(String name, QueueOptions options) {
            queues.put(Names.require("queue", name), options);
            return this;
        }

        /** The retry policy where no nearer one is given; {@link RetryPolicy#DEFAULT} by default. */
        public Builder retry(RetryPolicy policy) {
            this.retry = Objects.requireNonNull(policy, "policy");
            return this;
        }

        /** Names a retry policy, for {@link Job#retryPolicy(String)}. */
        public Builder retryPolicy(String name, RetryPolicy policy) {
            namedRetries.put(Names.require("retry policy", name), Objects.requireNonNull(policy, "policy"));
            return this;
        }

        /** Time limit per attempt where type and job give none; 30 minutes by default. */
        public Builder timeout(Duration limit) {
            if (limit.isNegative() || limit.isZero()) {
                throw new IllegalArgumentException("timeout must be positive, but is " + DurationText.of(limit));
            }
            this.timeout = limit;
            return this;
        }

        /** How payloads and results are written; JSON by default. {@link io.jobq.codec} compresses and encrypts. */
        public Builder codec(PayloadCodec codec) {
            this.codec = Objects.requireNonNull(codec, "codec");
            return this;
        }

        /** Largest payload or result as it is stored, 1 MiB by default. */
        public Builder maxPayloadBytes(int bytes) {
            if (bytes < 1) {
                throw new IllegalArgumentException("maxPayloadBytes must be positive, but is " + bytes);
            }
            this.maxPayloadBytes = bytes;
            return this;
        }

        /** Adds an interceptor, inside those added before. */
        public Builder interceptor(JobInterceptor interceptor) {
            interceptors.add(Objects.requireNonNull(interceptor, "interceptor"));
            return this;
        }

        /** Adds a listener. */
        public Builder listener(JobListener listener) {
            listeners.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /** Where metrics go; nowhere by default. */
        public Builder meterRegistry(MeterRegistry registry) {
            this.meters = Objects.requireNonNull(registry, "registry");
            return this;
        }

        /** Where observations of enqueue and process go, so that tracing works; nowhere by default. */
        public Builder observationRegistry(ObservationRegistry registry) {
            this.observations = Objects.requireNonNull(registry, "registry");
            return this;
        }

        /** Adds a worker. Without any, a system that has handlers gets one with {@link WorkerOptions#DEFAULT}. */
        public Builder worker(WorkerOptions options) {
            workers.add(Objects.requireNonNull(options, "options"));
            return this;
        }

        /**
         * How many handlers the worker that is there by default runs at once, 1 to 10,000; 10 by default. Workers that
         * are {@linkplain #worker given} have a number of their own, and {@link #build} refuses both.
         */
        public Builder concurrency(int number) {
            this.concurrency = WorkerOptions.DEFAULT.withConcurrency(number).concurrency();
            return this;
        }

        /** No worker, although there are handlers: this process only enqueues. {@link #build} refuses it beside {@link #worker}. */
        public Builder producerOnly() {
            this.producerOnly = true;
            return this;
        }

        /** Whether the system closes when the JVM shuts down; true by default. */
        public Builder closeOnShutdown(boolean close) {
            this.closeOnShutdown = close;
            return this;
        }

        /**
         * Makes the system; it runs nothing until {@link JobQ#start()}.
         *
         * @throws IllegalArgumentException if two handlers claim a type, or an annotated method does not fit (the message
         *     names class and method), or {@link #producerOnly}, {@link #worker} and {@link #concurrency} contradict each other
         */
        public JobQ build() {
            if (used) {
                throw new IllegalStateException("this builder was used; make another");
            }
            if (producerOnly && !workers.isEmpty()) {
                throw new IllegalArgumentException(
                        "producerOnly() says that this system has no worker, but worker(…) gives it '"
                                + workers.get(0).name() + "'; leave out one of them");
            }
            if (concurrency != null && (producerOnly || !workers.isEmpty())) {
                throw new IllegalArgumentException("concurrency(" + concurrency
                        + ") is that of the default worker, but "
                        + (producerOnly ? "producerOnly() leaves it out" : "worker(…) takes its place; say it there"));
            }
            used = true;
            annotated.forEach(instance -> types.registerAnnotated(instance, retry));
            types.complete();
            return new JobQ(settings(), closeOnShutdown);
        }

        /** Makes and starts the system. */
        public JobQ start() {
            return build().start();
        }

        private Settings settings() {
            Storage own = storage;
            return new Settings(
                    own == null ? new InMemoryStorage() : own,
                    own == null,
                    types,
                    codec,
                    maxPayloadBytes,
                    new Settings.Retries(retry, Map.copyOf(namedRetries), Map.copyOf(queues)),
                    timeout,
                    new Settings.Extensions(List.copyOf(interceptors), List.copyOf(listeners)),
                    meters,
                    observations,
                    producerOnly ? List.of() : workersOrDefault());
        }

        private List<WorkerOptions> workersOrDefault() {
            boolean oneByDefault = workers.isEmpty() && !types.isEmpty();
            return oneByDefault ? List.of(defaultWorker()) : List.copyOf(workers);
        }

        private WorkerOptions defaultWorker() {
            return concurrency == null ? WorkerOptions.DEFAULT : WorkerOptions.DEFAULT.withConcurrency(concurrency);
        }
    }
}
