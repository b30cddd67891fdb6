package io.jobq.internal;

import io.jobq.Health;
import io.jobq.Job;
import io.jobq.JobHandle;
import io.jobq.JobId;
import io.jobq.JobInterceptor;
import io.jobq.JobQ;
import io.jobq.JobQException;
import io.jobq.Queue;
import io.jobq.TypeOptions;
import io.jobq.Worker;
import io.jobq.WorkerInfo;
import io.jobq.WorkerOptions;
import io.jobq.metrics.JobMetrics;
import io.jobq.operations.WorkerRegistry;
import io.jobq.spi.NewJob;
import io.jobq.spi.Payload;
import io.jobq.spi.Storage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A system at work: puts the parts together, starts and stops them. {@link JobQ} is its face. */
public final class Engine implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Engine.class);
    private static final int DEPTH_SECONDS = 5;
    /** Schedules are given to a scheduler after the start, but not long after. */
    private static final int SCHEDULED_BY_SECONDS = 10;

    /** An unanswered call now and then is not ill health. */
    private static final int FAILURES_TO_REPORT = 3;

    private final JobQ jobq;
    private final Settings settings;
    private final Storage storage;
    private final @Nullable JobMetrics metrics;
    private final Listeners listeners;
    private final Deadlines deadlines = new Deadlines();
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(task -> Threads.daemon("jobq-timer", task));
    private final ResultWaiters waiters;
    private final JobExecutor.PayloadWriter writer;
    private final JobExecutor executor;
    private final Producer producer;
    private final List<WorkerRuntime> workers = new ArrayList<>();
    private final Set<String> servedQueues = new TreeSet<>();
    private final QueueWatch watch;

    private volatile boolean started;
    private volatile boolean closed;

    /** Puts everything together; nothing runs yet. */
    public Engine(JobQ jobq, Settings settings) {
        this.jobq = jobq;
        this.settings = settings;
        this.metrics = settings.meters() == null
                ? null
                : new JobMetrics(settings.meters(), settings.types().names());
        this.storage = metrics == null ? settings.storage() : new ObservedStorage(settings.storage(), metrics);
        this.listeners = new Listeners(settings.extensions().listeners());
        this.waiters = new ResultWaiters(storage, settings.codec(), timer);
        List<JobInterceptor> interceptors = Interceptors.of(settings, metrics, deadlines);
        this.writer = new JobExecutor.PayloadWriter(settings.codec(), settings.maxPayloadBytes());
        this.executor = new JobExecutor(interceptors, listeners, settings);
        this.producer = new Producer(this, interceptors, writer, waiters);
        settings.workers().forEach(this::addWorker);
        this.watch = new QueueWatch(storage, types(), new QueueWatch.Own(servedQueues, () -> started), timer);
    }

    private void addWorker(WorkerOptions options) {
        WorkerOptions complete = options.queues().isEmpty() ? options.withQueues(everyQueue()) : options;
        WorkerRuntime worker = new WorkerRuntime(this, complete);
        workers.add(worker);
        servedQueues.addAll(complete.queues().keySet());
        deadlines.look(worker.held());
        if (metrics != null) {
            metrics.worker(worker.id(), worker::info);
        }
    }

    private Map<String, Integer> everyQueue() {
        Map<String, Integer> weights = new TreeMap<>();
        types().queues().forEach(queue -> weights.put(queue, 1));
        return weights;
    }

    JobQ jobq() {
        return jobq;
    }

    /** The storage, its calls measured. */
    public Storage storage() {
        return storage;
    }

    JobExecutor executor() {
        return executor;
    }

    TypeRegistry types() {
        return settings.types();
    }

    /** The types that have a handler here. */
    public Map<String, TypeOptions> handled() {
        return types().handled();
    }

    @Nullable
    JobMetrics metrics() {
        return metrics;
    }

    Listeners listeners() {
        return listeners;
    }

    /** A queue by name. */
    public Queue queue(String name) {
        return new QueueHandle(name, this);
    }

    /** The queue that jobs of a type go to by default. */
    public Queue queueOf(String type) {
        return queue(types().options(type).queue());
    }

    List<JobHandle> enqueue(Queue queue, List<Job> jobs) {
        if (closed) {
            throw new JobQException(
                    "this JobQ is closed; " + jobs.size() + " jobs for queue '" + queue.name() + "' were not enqueued");
        }
        List<JobHandle> handles = jobs.isEmpty() ? List.of() : producer.enqueue(queue, jobs);
        watch.enqueued(queue.name(), jobs);
        return handles;
    }

    /** Stores each in its type's queue, queue by queue. */
    public List<JobHandle> enqueueAll(List<Job> jobs) {
        Map<String, List<Integer>> places = new LinkedHashMap<>();
        for (int i = 0; i < jobs.size(); i++) {
            String queue = types().options(jobs.get(i).type()).queue();
            places.computeIfAbsent(queue, first -> new ArrayList<>()).add(i);
        }
        NavigableMap<Integer, JobHandle> handles = new TreeMap<>();
        places.forEach((queue, indices) -> {
            List<JobHandle> stored =
                    enqueue(queue(queue), indices.stream().map(jobs::get).toList());
            for (int i = 0; i < stored.size(); i++) { // an interceptor may have added some
                int place = i < indices.size() ? indices.get(i) : jobs.size() + handles.size();
                handles.put(place, stored.get(i));
            }
        });
        return List.copyOf(handles.values());
    }

    /** Encodes a result as it is stored. */
    public Payload encodeResult(Object result) {
        return writer.writeResult(result);
    }

    /** A job as it is stored. */
    public NewJob encode(String queue, Job job) {
        return producer.encode(queue, job);
    }

    /** A handle on a stored job. */
    public JobHandle handle(JobId id) {
        return producer.handle(id, false);
    }

    /** The workers of this system. */
    public List<Worker> workers() {
        return List.copyOf(workers);
    }

    /** The workers of every system on the storage. */
    public List<WorkerInfo> fleet() {
        return new WorkerRegistry(storage.registry()).workers();
    }

    /** Starts the workers. */
    public synchronized void start() {
        if (closed) {
            throw new JobQException("this JobQ is closed and can't be started again; build another");
        }
        if (!started) {
            workers.forEach(WorkerRuntime::listen); // first, since only this may fail, and be repeated
            started = true;
            deadlines.start();
            timer.scheduleWithFixedDelay(executor.failures()::summarize, 1, 1, TimeUnit.MINUTES);
            workers.forEach(WorkerRuntime::start);
            if (!workers.isEmpty()) {
                sayWhatIsOmitted();
                watch.keepRoutes();
            }
            if (metrics != null) {
                timer.scheduleWithFixedDelay(this::measureDepth, 0, DEPTH_SECONDS, TimeUnit.SECONDS);
            }
        }
    }

    /** What a mere producer was told is for others to do. */
    private void sayWhatIsOmitted() {
        Omissions omissions = new Omissions(types(), servedQueues);
        omissions.say();
        if (!omissions.scheduledMethods().isEmpty()) {
            timer.schedule(
                    () -> omissions.sayWhatIsNotScheduled(storage.registry()), SCHEDULED_BY_SECONDS, TimeUnit.SECONDS);
        }
    }

    private void measureDepth() {
        JobMetrics known = metrics;
        try {
            if (known != null) {
                known.depth(storage.admin().stats(), fleet());
            }
        } catch (RuntimeException failed) {
            log.warn("the storage does not tell its queue depths; the gauges keep their last values", failed);
        }
    }

    /** What is wrong, if anything. */
    public Health health() {
        List<String> problems = new ArrayList<>();
        if (closed) {
            problems.add("closed");
        } else if (started && !deadlines.isWatching()) {
            problems.add("the thread that keeps time limits has died; handlers may run for ever");
        }
        for (WorkerRuntime worker : workers) {
            WorkerInfo info = worker.info();
            if (worker.failures() >= FAILURES_TO_REPORT) {
                problems.add("worker " + worker.id() + ": the storage has not answered the last " + worker.failures()
                        + " calls");
            }
            if (info.state() == WorkerInfo.State.RUNNING && !worker.isFetching()) {
                problems.add("worker " + worker.id() + ": its fetcher thread has died");
            }
            if (info.state() == WorkerInfo.State.RUNNING && !worker.isKeeping()) {
                problems.add("worker " + worker.id() + ": its lease keeper hangs, jobs may go to other workers");
            }
            if (info.slots().abandoned() >= info.slots().total()) {
                problems.add(
                        "worker " + worker.id() + ": as many abandoned handlers as slots; they ignore interruption");
            }
        }
        return new Health(
                problems.isEmpty(),
                List.copyOf(problems),
                workers.stream().map(WorkerRuntime::info).toList());
    }

    private void stopAll() {
        List<Thread> stopping = workers.stream()
                .map(worker -> Threads.daemon("jobq-stop-" + worker.id(), () -> worker.stop(worker.shutdownTimeout())))
                .toList();
        stopping.forEach(Thread::start);
        for (Thread each : stopping) {
            try {
                each.join();
            } catch (InterruptedException hurry) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** Stops the workers, all at once, then everything else. Closing twice does nothing. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        workers.forEach(WorkerRuntime::quiet);
        stopAll();
        closed = true;
        executor.failures().summarize();
        waiters.close();
        deadlines.close();
        timer.shutdownNow();
        if (metrics != null) {
            metrics.close();
        }
        if (settings.ownsStorage()) {
            storage.close();
        }
    }
}
