package io.jobq.metrics;

import io.jobq.JobContext;
import io.jobq.JobInterceptor;
import io.jobq.JobSnapshot;
import io.jobq.JobState;
import io.jobq.Outcome;
import io.jobq.WorkerInfo;
import io.jobq.spi.Exchange.SettleResult;
import io.jobq.spi.InsertResult;
import io.jobq.spi.NewJob;
import io.jobq.spi.Rule.Target;
import io.jobq.spi.Settlement;
import io.jobq.spi.StorageStats;
import io.jobq.spi.StorageStats.Holding;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/**
 * What JobQ measures. {@code docs/metrics.md} has the table. Counters of settlements count what the storage has accepted,
 * so that they agree with it; tags are bounded: types are those that have a handler, others count as {@code other}, and
 * so do queues beyond the first hundred.
 */
public final class JobMetrics implements JobInterceptor {
    private static final int MAX_QUEUES = 100;
    private static final String OTHER = "other";
    /** What rules are about that hold jobs back. */
    private static final List<Target> HOLDING = List.of(Target.QUEUE, Target.TYPE, Target.TENANT, Target.KEY);
    /** Few, since each is a time series per queue and type; a MeterFilter can ask for more. */
    private static final Duration[] BUCKETS = Stream.of(1, 5, 20, 100, 500, 2_000, 10_000, 60_000, 600_000, 3_600_000)
            .map(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final MeterRegistry registry;
    private final Set<String> types;
    private final Set<String> queues = ConcurrentHashMap.newKeySet();
    private final Map<String, Map<String, Meters>> meters = new ConcurrentHashMap<>();
    private final Map<String, Timer> calls = new ConcurrentHashMap<>();
    private final List<Gauge> workerGauges = new CopyOnWriteArrayList<>();
    private final MultiGauge depth;
    private final MultiGauge oldest;
    private final MultiGauge holding;
    private final MultiGauge held;
    private final MultiGauge serving;

    /**
     * Metrics of one system.
     *
     * @param registry where to
     * @param types the job types that get a tag value of their own
     */
    public JobMetrics(MeterRegistry registry, Set<String> types) {
        this.registry = registry;
        this.types = Set.copyOf(types);
        this.depth = MultiGauge.builder("jobq.queue.depth")
                .description("Jobs by queue and state")
                .register(registry);
        this.oldest = MultiGauge.builder("jobq.queue.oldest.ready.age")
                .description("How long the oldest ready job has waited")
                .baseUnit("seconds")
                .register(registry);
        this.holding = MultiGauge.builder("jobq.queue.rules.holding")
                .description("Rules that hold jobs back")
                .register(registry);
        this.held = MultiGauge.builder("jobq.queue.held")
                .description("Ready jobs that rules hold back, by what the rule is about")
                .register(registry);
        this.serving = MultiGauge.builder("jobq.queue.workers")
                .description("Workers of all processes that claim from the queue")
                .register(registry);
    }

    /** What is counted per queue and type. */
    private static final class Meters {
        final Counter enqueued;
        final Counter duplicates;
        final Counter started;
        final Counter failed;
        final Timer waited;
        final Timer ran;
        final Map<Settled, Counter> settled = new EnumMap<>(Settled.class);

        Meters(MeterRegistry registry, Tags tags) {
            enqueued = counter(registry, "jobq.jobs.enqueued", "Jobs stored", tags);
            duplicates = counter(registry, "jobq.jobs.duplicates", "Enqueues that found the job stored already", tags);
            started = counter(registry, "jobq.jobs.started", "Attempts begun", tags);
            failed = counter(registry, "jobq.jobs.failed", "Attempts that failed", tags);
            waited = timer(registry, "jobq.jobs.wait", "From due to claimed", tags);
            ran = timer(registry, "jobq.jobs.run", "From the start of an attempt to its end", tags);
            for (Settled outcome : Settled.values()) {
                String name = outcome.name().toLowerCase(Locale.ROOT);
                settled.put(outcome, counter(registry, "jobq.jobs." + name, outcome.meaning, tags));
            }
        }

        private static Counter counter(MeterRegistry registry, String name, String description, Tags tags) {
            return Counter.builder(name).description(description).tags(tags).register(registry);
        }

        private static Timer timer(MeterRegistry registry, String name, String description, Tags tags) {
            return Timer.builder(name)
                    .description(description)
                    .tags(tags)
                    .serviceLevelObjectives(BUCKETS)
                    .register(registry);
        }
    }

    /** What became of settlements. */
    private enum Settled {
        SUCCEEDED("Jobs that succeeded"),
        RETRIED("Failed attempts to be repeated"),
        SNOOZED("Attempts put off"),
        DEAD("Jobs given up on"),
        CANCELLED("Jobs cancelled, expired ones included"),
        RELEASED("Jobs given back by a stopping worker"),
        PARKED("Jobs handed back because their type has no handler here"),
        LOST("Ends that came after the lease was lost");

        final String meaning;

        Settled(String meaning) {
            this.meaning = meaning;
        }

        static Settled of(Settlement settlement) {
            if (settlement instanceof Settlement.Succeeded) {
                return SUCCEEDED;
            } else if (settlement instanceof Settlement.Retry) {
                return RETRIED;
            } else if (settlement instanceof Settlement.Snooze) {
                return SNOOZED;
            } else if (settlement instanceof Settlement.Discard) {
                return DEAD;
            } else if (settlement instanceof Settlement.Cancel) {
                return CANCELLED;
            }
            return settlement instanceof Settlement.Park ? PARKED : RELEASED;
        }
    }

    /** Two plain look-ups mostly; names are bounded on the way in. */
    private Meters of(String queue, String type) {
        Map<String, Meters> ofQueue = meters.get(queue);
        Meters found = ofQueue == null ? null : ofQueue.get(type);
        return found != null ? found : bounded(tag(queue), types.contains(type) ? type : OTHER);
    }

    private Meters bounded(String queue, String type) {
        return meters.computeIfAbsent(queue, absent -> new ConcurrentHashMap<>())
                .computeIfAbsent(type, absent -> new Meters(registry, Tags.of("queue", queue, "type", type)));
    }

    private String tag(String queue) {
        if (queues.contains(queue)) {
            return queue;
        }
        return queues.size() < MAX_QUEUES && queues.add(queue) ? queue : queues.contains(queue) ? queue : OTHER;
    }

    /** Counts jobs that were stored, or found to be. */
    public void enqueued(List<NewJob> jobs, List<InsertResult> results) {
        for (int i = 0; i < jobs.size(); i++) {
            InsertResult result = results.get(i);
            if (!(result instanceof InsertResult.Outdated)) {
                Meters ofJob = of(jobs.get(i).queue(), jobs.get(i).type());
                (result instanceof InsertResult.Duplicate ? ofJob.duplicates : ofJob.enqueued).increment();
            }
        }
    }

    /** Counts the end of a claim, as far as the storage accepted it. */
    public void settled(JobSnapshot job, Settlement settlement, SettleResult result) {
        Meters ofJob = of(job.queue(), job.type());
        Settled outcome = result == SettleResult.LOST ? Settled.LOST : Settled.of(settlement);
        Counter counter = ofJob.settled.get(outcome);
        if (counter != null) {
            counter.increment();
        }
        boolean failure = settlement instanceof Settlement.Retry
                || (settlement instanceof Settlement.Discard discard && discard.error() != null);
        if (failure && result == SettleResult.APPLIED) {
            ofJob.failed.increment();
        }
    }

    /** Records how long a job waited before it was claimed. */
    public void claimed(JobSnapshot job) {
        Instant started = job.times().started();
        if (started != null) {
            long millis = Math.max(0, started.toEpochMilli() - job.times().due().toEpochMilli());
            of(job.queue(), job.type()).waited.record(millis, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public Outcome aroundPerform(JobContext job, Callable<Outcome> next) throws Exception {
        Meters ofJob = of(job.queue(), job.type());
        ofJob.started.increment();
        long start = System.nanoTime();
        try {
            return next.call();
        } finally {
            ofJob.ran.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
        }
    }

    /** Times a call to the storage, and tells failed ones apart. */
    public <T> T storageCall(String call, Supplier<T> body) {
        return storageCall(call, System.nanoTime(), body);
    }

    /** The same for a call that began at a time of {@link System#nanoTime()}, and ends with this part of it. */
    public <T> T storageCall(String call, long start, Supplier<T> body) {
        String outcome = "error";
        try {
            T answer = body.get();
            outcome = "ok";
            return answer;
        } finally {
            timerOf(call, outcome).record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
        }
    }

    private Timer timerOf(String call, String outcome) {
        return calls.computeIfAbsent(
                outcome.equals("ok") ? call : call + "/" + outcome,
                absent -> Timer.builder("jobq.storage.calls")
                        .description("Calls to the storage")
                        .tags("call", call, "outcome", outcome)
                        .serviceLevelObjectives(BUCKETS)
                        .register(registry));
    }

    /** Refreshes the gauges of queues: depth, age, what rules hold back, and how many workers of the fleet claim from them. */
    public void depth(StorageStats stats, List<WorkerInfo> fleet) {
        List<Row<?>> depths = new ArrayList<>();
        List<Row<?>> ages = new ArrayList<>();
        List<Row<?>> rules = new ArrayList<>();
        List<Row<?>> jobs = new ArrayList<>();
        List<Row<?>> workers = new ArrayList<>();
        stats.queues().forEach((queue, ofQueue) -> {
            if (!tag(queue).equals(queue)) {
                return;
            }
            rules.add(Row.of(Tags.of("queue", queue), ofQueue.holding().rules()));
            jobs.addAll(held(queue, ofQueue.holding()));
            workers.add(Row.of(Tags.of("queue", queue), claiming(queue, fleet)));
            for (JobState state : JobState.values()) {
                depths.add(Row.of(
                        Tags.of("queue", queue, "state", state.name().toLowerCase(Locale.ROOT)), ofQueue.count(state)));
            }
            Duration age = ofQueue.oldestReady();
            ages.add(Row.of(Tags.of("queue", queue), age == null ? 0 : age.toMillis() / 1_000.0));
        });
        depth.register(depths, true);
        oldest.register(ages, true);
        holding.register(rules, true);
        held.register(jobs, true);
        serving.register(workers, true);
    }

    private static long claiming(String queue, List<WorkerInfo> fleet) {
        return fleet.stream()
                .filter(each -> each.state() == WorkerInfo.State.RUNNING)
                .filter(each -> each.queues().containsKey(queue))
                .count();
    }

    private static List<Row<?>> held(String queue, Holding holding) {
        List<Row<?>> rows = new ArrayList<>();
        for (Target target : HOLDING) {
            Tags tags = Tags.of("queue", queue, "by", target.name().toLowerCase(Locale.ROOT));
            rows.add(Row.of(tags, holding.jobs().getOrDefault(target, 0L)));
        }
        return rows;
    }

    /** Takes the gauges of workers from the registry, which else would hold on to this system for ever. */
    public void close() {
        workerGauges.forEach(registry::remove);
    }

    /** Adds the gauges of a worker's slots. */
    public void worker(String name, Supplier<WorkerInfo> info) {
        slots(name, "used", "Slots with a running handler", info, WorkerInfo.Slots::used);
        slots(name, "total", "Slots", info, WorkerInfo.Slots::total);
        slots(name, "wanted", "Slots that autoscaling wants", info, WorkerInfo.Slots::wanted);
        slots(name, "abandoned", "Handlers that ignored their interruption", info, WorkerInfo.Slots::abandoned);
    }

    private void slots(
            String worker,
            String what,
            String description,
            Supplier<WorkerInfo> info,
            ToIntFunction<WorkerInfo.Slots> value) {
        Gauge gauge = Gauge.builder(
                        "jobq.worker.slots." + what,
                        () -> value.applyAsInt(info.get().slots()))
                .description(description)
                .tags("worker", worker)
                .register(registry);
        workerGauges.add(gauge);
    }
}
