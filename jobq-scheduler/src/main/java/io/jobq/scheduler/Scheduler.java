package io.jobq.scheduler;

import io.jobq.Job;
import io.jobq.JobContext;
import io.jobq.JobHandle;
import io.jobq.JobQ;
import io.jobq.JobQException;
import io.jobq.Unique;
import io.jobq.scheduler.ScheduleBook.Declaration;
import io.jobq.scheduler.ScheduleInfo.Done;
import io.jobq.scheduler.ScheduleInfo.Target;
import io.jobq.scheduler.ScheduleRun.Result;
import io.jobq.scheduler.StoredSchedule.Status;
import io.jobq.scheduler.StoredSchedule.Terms;
import io.jobq.spi.Due;
import io.jobq.spi.DurationText;
import io.jobq.spi.Guard;
import io.jobq.spi.InsertResult;
import io.jobq.spi.NewJob;
import io.jobq.spi.Payload;
import io.jobq.spi.Registry;
import io.jobq.spi.Registry.Entry;
import io.jobq.spi.Storage;
import io.jobq.spi.StorageException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Enqueues jobs by schedules. Any number of processes on a storage may have one; one of them, the leader, does the work, and
 * another takes over when it is gone. Whatever dies, pauses or is cut off: a tick is one job, since the storage stores the job
 * together with how far its schedule has come, or neither.
 *
 * <pre>{@code
 * Scheduler scheduler = Scheduler.of(jobq).start();
 * scheduler.schedule("daily_report", Cron.unix("0 9 * * MON-FRI", ZoneId.of("America/New_York")), Job.of("report"));
 * }</pre>
 *
 * <p>Schedules are stored, and every process sees and changes the same ones, also without having started its scheduler; a leader
 * sees a change within half a second. All times are by the storage's clock. Thread-safe. Every method throws {@link
 * io.jobq.spi.StorageException} if the storage is away, and may be repeated then.
 */
public final class Scheduler implements AutoCloseable {
    /** The header of a scheduled job that has the name of its schedule. */
    public static final String SCHEDULE_HEADER = "jobq-schedule";
    /** The header of a scheduled job that has its tick, as {@link Instant#toString}. */
    public static final String TICK_HEADER = "jobq-tick";

    private final JobQ jobq;
    private final Storage storage;
    private final Registry registry;
    private final ScheduleBook book;
    private final Outcomes outcomes;
    private final SchedulerMetrics metrics;
    private final String instance;
    private final Duration lease;
    /** Anew after each stop: a thread that hangs in the storage may still have the one before. */
    private volatile Duty duty;

    private volatile @Nullable TickThread thread;
    private boolean closed;

    private record Duty(Leadership leadership, Ticker ticker) {}

    private Scheduler(Builder builder) {
        this.jobq = builder.jobq;
        this.storage = jobq.storage();
        this.registry = storage.registry();
        this.book = new ScheduleBook(registry);
        this.outcomes = new Outcomes(storage.admin());
        this.instance = builder.instance;
        this.lease = builder.lease;
        this.metrics = new SchedulerMetrics(builder.meters, this);
        this.duty = newDuty();
    }

    private Duty newDuty() {
        Leadership leadership = new Leadership(registry, instance, lease);
        return new Duty(leadership, new Ticker(storage, leadership, metrics));
    }

    /** Starts describing a scheduler of a system, which must not be closed before it. */
    public static Builder of(JobQ jobq) {
        return new Builder(Objects.requireNonNull(jobq, "jobq"));
    }

    /** Stores a schedule with the default policies; as {@link #schedule(Schedule)}. */
    public boolean schedule(String name, Trigger trigger, Job job) {
        return schedule(Schedule.of(name, trigger, job));
    }

    /**
     * Stores a schedule: what an application calls at its start, for each of its schedules. What it has said the last time is
     * remembered, so saying the same again changes nothing, whatever an operator has changed since; saying something else puts
     * that in the place of what is stored. Its runs, its last tick and a pause stay in any case. Ticks from now on count if it is
     * new or ticks at other times, else those since the last one.
     *
     * <p>A schedule of that name that this release can't read, since a later one has stored it, is left as it is.
     *
     * @return whether anything was stored
     * @throws JobQException if the job can't be encoded
     */
    public boolean schedule(Schedule schedule) {
        Terms terms = terms(schedule);
        boolean stored = book.declare(schedule.name(), terms, said(schedule, terms));
        poke();
        return stored;
    }

    private Declaration said(Schedule schedule, Terms terms) {
        JobTemplate job = terms.job().withPayload(plain(schedule, terms.job().payload()));
        return Declaration.of(new Terms(terms.timetable(), terms.misfire(), terms.overlap(), job), schedule.paused());
    }

    /** A payload by what it says: a codec may encrypt it differently each time, and a map has its entries in another order. */
    private Payload plain(Schedule schedule, Payload encoded) {
        try {
            NewJob named = jobq.encode(schedule.queue(), schedule.job().unique(Unique.payload()));
            String key = Objects.requireNonNull(named.options().unique()).key();
            return new Payload(encoded.version(), key.getBytes(StandardCharsets.UTF_8));
        } catch (JobQException notJson) {
            return encoded;
        }
    }

    /**
     * Stores what the {@link Scheduled} methods of objects say; as {@link #schedule(Schedule)}.
     *
     * @throws IllegalArgumentException if one has none, or says what does not fit, or two have one name; the message tells which
     */
    public void schedules(Object... instances) {
        Map<String, Schedule> found = new LinkedHashMap<>();
        for (Object each : instances) {
            for (Schedule schedule : AnnotatedSchedules.of(each, this::queueOf)) {
                if (found.put(schedule.name(), schedule) != null) {
                    throw new IllegalArgumentException("two @Scheduled methods have the name '" + schedule.name()
                            + "', one of them in " + each.getClass().getName() + "; give one another name");
                }
            }
        }
        found.values().forEach(this::schedule);
    }

    private String queueOf(String type) {
        return jobq.encode(null, Job.of(type)).queue();
    }

    /**
     * Changes a schedule, as an operator does: it stays so until code says something new with {@link #schedule(Schedule)}.
     *
     * @return whether it was otherwise before
     * @throws JobQException if there is none of that name
     */
    public boolean change(Schedule schedule) {
        boolean changed = book.change(schedule.name(), terms(schedule));
        poke();
        return changed;
    }

    private Terms terms(Schedule schedule) {
        JobTemplate job = JobTemplate.of(jobq.encode(schedule.queue(), schedule.job()));
        return new Terms(schedule.timetable(), schedule.misfire(), schedule.overlap(), job);
    }

    /**
     * Lets a schedule's ticks pass until it is {@linkplain #resume resumed}, also through deploys.
     *
     * @return whether it was not paused before
     * @throws JobQException if there is none of that name
     */
    public boolean pause(String name) {
        return edit(name, Status::paused);
    }

    /**
     * Lets a schedule tick again, from now on: what it has let pass is not missed.
     *
     * @return whether it was paused before
     * @throws JobQException if there is none of that name
     */
    public boolean resume(String name) {
        return edit(name, Status::resumed);
    }

    private boolean edit(String name, StatusChange change) {
        Instant now = registry.now();
        boolean changed = book.edit(Schedule.requireName(name), status -> change.at(status, now));
        poke();
        return changed;
    }

    private interface StatusChange {
        Status at(Status status, Instant now);
    }

    /** Deletes a schedule; jobs that it has enqueued stay. Returns whether it was there. */
    public boolean delete(String name) {
        boolean deleted = book.delete(Schedule.requireName(name));
        poke();
        return deleted;
    }

    /**
     * Enqueues a job of a schedule now, whatever its timetable, pause and overlap policy say. It is among its runs.
     * A call that throws {@link StorageException} may have enqueued it, and repeated enqueues another.
     *
     * @throws JobQException if there is none of that name
     */
    public JobHandle trigger(String name) {
        Schedule.requireName(name);
        return ScheduleBook.attempt(name, () -> {
            StoredSchedule schedule = require(name);
            Instant now = registry.now();
            NewJob job = asRun(schedule, schedule.terms().job().job(name, now, Due.In.NOW), now);
            if (storage.jobs().insert(List.of(job)).get(0) instanceof InsertResult.Outdated) {
                return Optional.empty();
            }
            book.touch(name);
            poke();
            return Optional.of(jobq.job(job.id()));
        });
    }

    private NewJob asRun(StoredSchedule schedule, NewJob job, Instant now) {
        Optional<Entry> guard = registry.find(Guard.kind(job.queue()), schedule.name());
        Optional<Progress> progress = guard.flatMap(ScheduleBook::progress).filter(each -> !each.sealed());
        if (guard.isEmpty() || progress.isEmpty()) {
            return job; // on its way to another queue, or not to be read here; it will not be among the runs
        }
        ScheduleRun run = new ScheduleRun(now, job.id(), Result.UNFINISHED, true);
        Progress next = progress.get().withRun(run, schedule.terms().overlap());
        return job.withGuard(new Guard(schedule.name(), guard.get().version(), next.json()));
    }

    /**
     * The next ticks of a schedule as it is stored, without jitter, with remarks where the clocks change.
     *
     * @param count how many at most, 0 to 10,000
     * @throws JobQException if there is none of that name
     */
    public List<Tick> preview(String name, int count) {
        return require(Schedule.requireName(name)).terms().timetable().preview(registry.now(), count);
    }

    private StoredSchedule require(String name) {
        return book.find(name).orElseThrow(() -> new JobQException("there is no schedule '" + name + "'"));
    }

    /** A schedule as it is now, with what has become of its last runs. */
    public Optional<ScheduleInfo> find(String name) {
        Instant now = registry.now();
        return book.find(Schedule.requireName(name)).map(schedule -> {
            Progress progress = book.progress(schedule)
                    .orElseGet(() -> Progress.from(schedule.status().since()));
            return info(schedule, progress.withResults(outcomes.of(schedule.queue(), progress.open())), now);
        });
    }

    /**
     * All schedules, by name. Runs whose end the leader has not seen yet are unfinished here. Those that this release can't read are
     * left out.
     */
    public List<ScheduleInfo> list() {
        Instant now = registry.now();
        Map<String, Map<String, Progress>> progress = new HashMap<>();
        List<ScheduleInfo> all = new ArrayList<>();
        for (StoredSchedule schedule : book.all()) {
            Progress own = progress.computeIfAbsent(schedule.queue(), book::progress)
                    .getOrDefault(
                            schedule.name(), Progress.from(schedule.status().since()));
            all.add(info(schedule, own, now));
        }
        return all;
    }

    private static ScheduleInfo info(StoredSchedule schedule, Progress progress, Instant now) {
        Terms terms = schedule.terms();
        return new ScheduleInfo(
                schedule.name(),
                terms.timetable(),
                new Target(terms.job().type(), schedule.queue()),
                terms.misfire(),
                terms.overlap(),
                schedule.status().pausedSince(),
                schedule.isPaused() ? null : terms.timetable().next(now).orElse(null),
                new Done(progress.last(), progress.skipped(), progress.waiting(), progress.latest()));
    }

    /** The tick for which a job runs; empty for a job that no schedule has enqueued. */
    public static Optional<Instant> tickOf(JobContext job) {
        return Optional.ofNullable(job.headers().get(TICK_HEADER)).map(Instant::parse);
    }

    /** What this instance is called. */
    public String instance() {
        return instance;
    }

    /** Which instance leads; empty while none does. */
    public Optional<String> leader() {
        return Leadership.leader(registry, registry.now());
    }

    /** Whether this instance leads, as far as it knows. */
    public boolean isLeader() {
        return duty.leadership().isLeading();
    }

    /**
     * Tells what keeps it from ticking though it is started, in one sentence: its thread has died, or no round has succeeded for a
     * minute. Empty if nothing does, or it is not to tick. Asks no one but itself, so it is fit for a health check.
     */
    public Optional<String> problem() {
        TickThread running = thread;
        return running == null
                ? Optional.empty()
                : running.problem().map(each -> "scheduler " + instance + ": " + each);
    }

    /**
     * Takes part: leads or stands by; also again after {@link #stop}. Starting twice does nothing.
     *
     * @throws JobQException if it is closed
     */
    public synchronized Scheduler start() {
        if (closed) {
            throw new JobQException("this scheduler is closed and can't be started again; build another");
        }
        if (thread == null) {
            TickThread starting = new TickThread(duty.ticker(), instance);
            thread = starting;
            starting.start();
        }
        return this;
    }

    /**
     * Does what is due now on the caller's thread, for tests with a clock of their own; not together with {@link #start}.
     *
     * @return when there may be something to do again
     */
    public Instant runPending() {
        return duty.ticker().round().next();
    }

    private void poke() {
        TickThread running = thread;
        if (running != null) {
            running.poke();
        }
    }

    /**
     * Takes part no more until it is {@linkplain #start started} again; if it was the leader, another leads within half a second. What
     * comes due meanwhile is missed only if no other scheduler fires it. Waits for a round that is under way, 10 s at most. Stopping
     * twice does nothing.
     */
    public synchronized void stop() {
        TickThread running = thread;
        if (running == null) {
            duty.ticker().resign();
        } else {
            running.close();
            thread = null;
        }
        duty = newDuty();
    }

    /** {@linkplain #stop Stops} for good. Closing twice does nothing. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            stop();
        }
    }

    /** Describes a scheduler. For one thread. */
    public static final class Builder {
        private static final Duration SHORTEST_LEASE = Duration.ofSeconds(1);
        private static final Duration LONGEST_LEASE = Duration.ofDays(1);

        private final JobQ jobq;
        private String instance = ManagementFactory.getRuntimeMXBean().getName() + "-"
                + Integer.toHexString(ThreadLocalRandom.current().nextInt(1 << 16));
        private Duration lease = Duration.ofSeconds(30);
        private MeterRegistry meters = new SimpleMeterRegistry();

        private Builder(JobQ jobq) {
            this.jobq = jobq;
        }

        /** What logs call it; must be another in each process. By default process id, host, and four random digits. */
        public Builder instance(String name) {
            this.instance = Schedule.requireName(name);
            return this;
        }

        /** How long after the death of a leader another leads, 30 s by default, 1 s to 1 day. */
        public Builder lease(Duration time) {
            if (time.compareTo(SHORTEST_LEASE) < 0 || time.compareTo(LONGEST_LEASE) > 0) {
                throw new IllegalArgumentException("lease must be 1 s to 1 day, but is " + DurationText.of(time));
            }
            this.lease = time;
            return this;
        }

        /** Where its metrics go; nowhere by default. */
        public Builder meterRegistry(MeterRegistry registry) {
            this.meters = Objects.requireNonNull(registry, "registry");
            return this;
        }

        /** Makes the scheduler; it does not take part until it is {@linkplain Scheduler#start started}. */
        public Scheduler build() {
            return new Scheduler(this);
        }

        /** Makes and starts it. */
        public Scheduler start() {
            return build().start();
        }
    }
}
