package io.jobq.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.Job;
import io.jobq.JobQ;
import io.jobq.JobSnapshot;
import io.jobq.WorkerOptions;
import io.jobq.spi.JobFilter;
import io.jobq.spi.Page;
import io.jobq.spi.Retention;
import io.jobq.spi.Storage;
import io.jobq.testkit.ManualClock;
import io.jobq.testkit.StorageFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Schedulers on one storage, whose time passes as the test says. */
public abstract class SchedulerFixture implements StorageFactory {
    static final Duration SECOND = Duration.ofSeconds(1);
    static final Duration MINUTE = Duration.ofMinutes(1);
    static final Duration TEN_MINUTES = Duration.ofMinutes(10);
    static final Duration HOUR = Duration.ofHours(1);

    static final Duration LEASE = Duration.ofSeconds(30);
    static final Job WORK = Job.of("work");
    private static final Retention LONG =
            new Retention(1_000_000, Duration.ofDays(1_000), 1_000_000, Duration.ofDays(1_000));

    private final List<AutoCloseable> open = new ArrayList<>();
    private @Nullable Storage current;
    private @Nullable JobQ system;
    ManualClock clock = new ManualClock();
    /** What was due by then, the last {@link #run} has done. */
    private Instant ran = Instant.MIN;

    /** Begins a second after a full hour: a storage whose clock runs by itself must not meet ticks by chance. */
    @BeforeEach
    void open() {
        clock = new ManualClock();
        current = create(LONG, clock);
        system = jobq(current);
        passUntil(now().truncatedTo(ChronoUnit.HOURS).plus(Duration.ofHours(1)).plusSeconds(1));
        ran = now();
    }

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
        storage().close();
    }

    Storage storage() {
        if (current == null) {
            throw new IllegalStateException("no storage is open");
        }
        return current;
    }

    JobQ system() {
        if (system == null) {
            throw new IllegalStateException("no system is open");
        }
        return system;
    }

    private JobQ jobq(Storage storage) {
        JobQ jobq = JobQ.builder()
                .storage(storage)
                .handle("work", Void.class, (nothing, job) -> {})
                .worker(WorkerOptions.DEFAULT.withQueues(Map.of("default", 1, "other", 1)))
                .closeOnShutdown(false)
                .build();
        open.add(jobq);
        return jobq;
    }

    Scheduler scheduler(String instance) {
        return scheduler(instance, storage());
    }

    Scheduler scheduler(String instance, Storage on) {
        Scheduler scheduler =
                Scheduler.of(jobq(on)).instance(instance).lease(LEASE).build();
        open.add(scheduler);
        return scheduler;
    }

    Instant now() {
        return storage().registry().now();
    }

    /** Lets time pass for these schedulers, each of which does what is due whenever that is. */
    void run(Duration time, Scheduler... live) {
        Instant end = now().plus(time);
        for (Instant next = round(live); next.isBefore(end); next = round(live)) {
            passUntil(next);
        }
        passUntil(end);
        ran = now();
        round(live);
    }

    private static Instant round(Scheduler... live) {
        Instant next = Instant.MAX;
        for (Scheduler each : live) {
            Instant wanted = each.runPending();
            next = wanted.isBefore(next) ? wanted : next;
        }
        return next;
    }

    void passUntil(Instant instant) {
        Duration left = Duration.between(now(), instant);
        if (!left.isNegative()) {
            pass(clock, left.plusMillis(1));
        }
    }

    /** Runs all jobs that are ready, to their end. */
    int work() {
        return system().workers().stream()
                .mapToInt(worker -> worker.runPending())
                .sum();
    }

    List<JobSnapshot> jobs() {
        List<JobSnapshot> all = new ArrayList<>();
        String cursor = null;
        do {
            Page page = storage().admin().list(JobFilter.ALL, cursor, 1_000);
            all.addAll(page.jobs());
            cursor = page.next();
        } while (cursor != null);
        return all;
    }

    static Instant tick(JobSnapshot job) {
        return Instant.parse(job.job().options().headers().get(Scheduler.TICK_HEADER));
    }

    static String schedule(JobSnapshot job) {
        return job.job().options().headers().get(Scheduler.SCHEDULE_HEADER);
    }

    List<Instant> ticks(String schedule) {
        return jobs().stream()
                .filter(job -> schedule.equals(schedule(job)))
                .map(SchedulerFixture::tick)
                .sorted(Comparator.naturalOrder())
                .toList();
    }

    /** A schedule's jobs must be those of all its ticks since then, one each; the storage's clock may have gone on a little. */
    void assertTicks(String schedule, Trigger trigger, Instant since) {
        List<Instant> fired =
                ticks(schedule).stream().filter(tick -> !tick.isAfter(ran)).toList();
        assertThat(fired).isEqualTo(expected(trigger, since, ran));
    }

    /** Later ticks count of a schedule, as it is stored now. */
    Instant since(String schedule) {
        Instant last = info(scheduler("observer"), schedule).progress().last();
        Instant since = new ScheduleBook(storage().registry())
                .find(schedule)
                .orElseThrow()
                .status()
                .since();
        return last.isAfter(since) ? last : since;
    }

    /** The ticks that lie in a span, its end included. */
    static List<Instant> expected(Trigger trigger, Instant after, Instant until) {
        List<Instant> ticks = new ArrayList<>();
        for (Instant tick = trigger.next(after).orElse(Instant.MAX);
                !tick.isAfter(until);
                tick = trigger.next(tick).orElse(Instant.MAX)) {
            ticks.add(tick);
        }
        return ticks;
    }

    static Interval every(Duration period) {
        return Interval.every(period, Instant.EPOCH);
    }

    static Schedule each(Duration period) {
        return Schedule.of("s", every(period), WORK).overlap(Overlap.ALLOW);
    }

    ScheduleInfo info(Scheduler scheduler, String name) {
        assertThat(scheduler.find(name)).isPresent();
        return scheduler.find(name).orElseThrow();
    }
}
