package io.jobq.benchmarks.chaos;

import io.jobq.Job;
import io.jobq.JobQ;
import io.jobq.scheduler.Misfire;
import io.jobq.scheduler.Overlap;
import io.jobq.scheduler.Schedule;
import io.jobq.scheduler.ScheduleInfo;
import io.jobq.scheduler.Scheduler;
import io.jobq.scheduler.Timetable;
import io.jobq.spi.Storage;
import io.jobq.spi.StorageException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * Schedules from every second to every day, fired by whichever worker leads, while leaders are killed and paused for longer than their
 * lease: every tick is one job, none is missing, none is early. What ticks there must be is reckoned without the scheduler.
 */
final class SchedulesScenario implements Scenario {
    private static final int SCHEDULES = 200;
    private static final int ALL_JOBS = 10_000_000;
    private static final Duration TIME_TO_STORE = Duration.ofSeconds(30);
    private static final Duration TIME_TO_TIDY = Duration.ofSeconds(30);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    @Override
    public String name() {
        return "schedules";
    }

    @Override
    public int keeps() {
        return ALL_JOBS;
    }

    @Override
    public void serve(JobQ.Builder system, Seat seat) {
        JobsScenario.plain(system, seat);
    }

    @Override
    public Companion accompany(ChaosSettings settings, JobQ system, Seat seat) {
        Scheduler scheduler = Scheduler.of(system)
                .instance(seat.name())
                .lease(Duration.ofSeconds(settings.lease()))
                .start();
        return scheduler::close;
    }

    /** The leader, which is taken down. */
    @Override
    public Set<String> prey(ChaosSettings settings, History history) {
        try (Desk desk = new Desk(settings)) {
            Optional<String> leader = desk.scheduler.leader();
            leader.ifPresent(name -> history.fault(Event.Kind.LEAD, name));
            return leader.map(Set::of).orElse(Set.of());
        } catch (StorageException away) {
            return Set.of();
        }
    }

    @Override
    public Load start(Ground ground, SplittableRandom random) {
        return new Ticking(ground);
    }

    @Override
    public List<Check> judge(Aftermath aftermath) {
        List<SchedulesVerdict.Firing> firings = aftermath.remains().firings();
        Map<String, List<Instant>> expected;
        try (Desk desk = new Desk(aftermath.settings())) {
            expected = desk.expected();
            desk.tidy();
        }
        SchedulesVerdict verdict = SchedulesVerdict.of(expected, firings);
        Histogram lateness = verdict.lateness();
        return List.of(
                Skew.check(aftermath),
                leadersHit(aftermath),
                Check.figure("ticks_due", count(expected), "ticks"),
                Check.figure("lateness_p50_ms", lateness.getValueAtPercentile(50), "ms"),
                Check.figure("lateness_max_ms", lateness.getMaxValue(), "ms"),
                Check.none("ticks_missing", verdict.missing()),
                Check.none("ticks_doubled", verdict.doubled()),
                Check.none("ticks_early", verdict.early()),
                Check.none("ticks_undue", verdict.undue()));
    }

    private static Check leadersHit(Aftermath aftermath) {
        long hit = SchedulesVerdict.leadersHit(aftermath.events());
        boolean wanted = aftermath.course().faults().getOrDefault(Plan.Fault.KILL, 0) > 0;
        List<String> faults =
                wanted && hit == 0 ? List.of("no fault has met the leader, so this run proves nothing") : List.of();
        return new Check("leaders_hit", hit, "faults", Map.of(), faults);
    }

    private static int count(Map<String, List<Instant>> ticks) {
        return ticks.values().stream().mapToInt(List::size).sum();
    }

    /** A scheduler that fires nothing, with its system and storage. */
    private static final class Desk implements AutoCloseable {
        final Storage storage;
        final JobQ jobq;
        final Scheduler scheduler;

        Desk(ChaosSettings settings) {
            this.storage = settings.connect(settings.uri());
            this.jobq = JobQ.builder().storage(storage).producerOnly().build();
            this.scheduler = Scheduler.of(jobq).build();
        }

        Instant now() {
            return Patience.until(() -> storage.registry().now());
        }

        /** What is stored tells only from when to when. */
        Map<String, List<Instant>> expected() {
            Map<String, List<Instant>> expected = new TreeMap<>();
            for (ScheduleInfo info : scheduler.list()) {
                int number = Integer.parseInt(info.name().substring(1));
                Timetable span = info.timetable();
                expected.put(
                        info.name(),
                        Beat.of(number)
                                .ticks(
                                        Optional.ofNullable(span.start()).orElseThrow(),
                                        Optional.ofNullable(span.end()).orElseThrow()));
            }
            return expected;
        }

        /** Deletes the schedules, and does then what a leader does. */
        void tidy() {
            scheduler.list().forEach(info -> scheduler.delete(info.name()));
            Instant late = now().plus(TIME_TO_TIDY);
            while (!storage.registry().list("schedule").isEmpty() && now().isBefore(late)) {
                scheduler.runPending();
                LockSupport.parkNanos(this, POLL_NANOS);
            }
            scheduler.close();
        }

        @Override
        public void close() {
            jobq.close();
            storage.close();
        }
    }

    /** The schedules are stored by the process of the chaos itself, which lives. */
    private static final class Ticking implements Load {
        private final Desk desk;
        private final Remains remains;
        private final Instant end;
        private final Instant latest;

        Ticking(Ground ground) {
            this.desk = new Desk(ground.settings());
            this.remains = new Remains(ground.settings());
            Instant start = desk.now().plus(TIME_TO_STORE);
            this.end = start.plus(ground.course().time());
            this.latest =
                    end.plus(Duration.ofSeconds(ground.settings().lease() * 4L)).plusSeconds(10);
            int work = ground.course().load().workMillis();
            for (int i = 0; i < SCHEDULES; i++) {
                desk.scheduler.schedule(schedule(i, start, end, 2L * work * i / SCHEDULES));
            }
            if (!desk.now().isBefore(start)) {
                throw new IllegalStateException("to store the schedules took longer than " + TIME_TO_STORE);
            }
        }

        private static Schedule schedule(int number, Instant start, Instant end, long millis) {
            Timetable timetable =
                    Timetable.of(Beat.of(number).trigger()).from(start).until(end);
            return Schedule.of("s" + number, timetable, Job.of(ChaosSettings.TYPE, millis))
                    .queue(ChaosSettings.QUEUE)
                    .misfire(Misfire.catchUp(1_000))
                    .overlap(Overlap.ALLOW);
        }

        /** Waits until all ticks have been jobs, or should have been long ago. */
        @Override
        public Set<String> stop() {
            int wanted = count(desk.expected());
            Instant now = desk.now();
            while (now.isBefore(end) || (remains.firings().size() < wanted && now.isBefore(latest))) {
                LockSupport.parkNanos(this, POLL_NANOS);
                now = desk.now();
            }
            return remains.jobs().keySet();
        }

        @Override
        public void close() {
            desk.close();
        }
    }
}
