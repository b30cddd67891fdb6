package io.jobq.examples;

import io.jobq.Job;
import io.jobq.JobQ;
import io.jobq.JobSnapshot;
import io.jobq.WorkerOptions;
import io.jobq.redis.RedisStorage;
import io.jobq.scheduler.Cron;
import io.jobq.scheduler.Interval;
import io.jobq.scheduler.Overlap;
import io.jobq.scheduler.Schedule;
import io.jobq.scheduler.ScheduleInfo;
import io.jobq.scheduler.Scheduler;
import io.jobq.scheduler.Tick;
import io.jobq.spi.JobFilter;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Schedules go on when the process dies that fires them: two processes, each with a scheduler and a worker; one leads, the other
 * stands by. The leader is killed with {@code kill -9}, the other takes over when its lease has run out, and every second has
 * had exactly one job.
 *
 * <p>Ends with 0 when no tick is missing and none was fired twice, with 1 when something went wrong, with 2 when the arguments make
 * no sense.
 */
public final class Schedules {
    private static final String HEARTBEAT = "heartbeat";
    private static final String REPORT = "daily_report";
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final Duration UNTIL_KILL = Duration.ofSeconds(5);
    private static final Duration AFTER_KILL = Duration.ofSeconds(8);
    private static final List<String> INSTANCES = List.of("scheduler-a", "scheduler-b");
    private static final RedisProgram PROGRAM = new RedisProgram(
            "schedules",
            "usage: schedules [demo | worker NAME] --redis URI [--prefix TEXT] [--seconds N] [--plain]",
            Duration.ofMinutes(1));

    private final RedisArguments arguments;
    private final RedisStorage storage;
    private final PrintStream out;

    private Schedules(RedisArguments arguments, RedisStorage storage, PrintStream out) {
        this.arguments = arguments;
        this.storage = storage;
        this.out = out;
    }

    /** Runs the program: {@code schedules [demo | worker NAME] --redis URI [--prefix TEXT] [--seconds N] [--plain]}. */
    public static void main(String[] args) throws Exception {
        int status = run(List.of(args), System.out, System.err);
        if (status != 0) {
            System.exit(status);
        }
    }

    /** Runs the program; returns the exit status. */
    static int run(List<String> args, PrintStream out, PrintStream err) throws Exception {
        return PROGRAM.run(args, err, (arguments, storage) -> new Schedules(arguments, storage, out).play());
    }

    private boolean play() throws UsageException, InterruptedException {
        return switch (arguments.role()) {
            case "demo" -> demo();
            case "worker" -> work();
            default -> throw new UsageException("no such role: " + arguments.role());
        };
    }

    // ---- one of the two processes

    private boolean work() throws InterruptedException {
        JobQ.Builder described = JobQ.builder()
                .storage(storage)
                .handle(
                        HEARTBEAT,
                        Void.class,
                        (nothing, job) -> out.println(
                                "heartbeat of " + Scheduler.tickOf(job).orElseThrow()))
                .worker(WorkerOptions.DEFAULT.withName(arguments.name()));
        try (JobQ jobq = described.start();
                Scheduler scheduler = Scheduler.of(jobq)
                        .instance(arguments.name())
                        .lease(LEASE)
                        .start()) {
            // what an application does at its start, in each of its processes
            scheduler.schedule(REPORT, Cron.unix("30 2 * * *", ZoneId.of("Europe/Berlin")), Job.of("report"));
            scheduler.schedule(Schedule.of(HEARTBEAT, Interval.every(SECOND, Instant.EPOCH), Job.of(HEARTBEAT))
                    .overlap(Overlap.ALLOW));
            Thread.sleep(arguments.deadline().left().toMillis());
        }
        return true;
    }

    // ---- the demo

    private boolean demo() throws InterruptedException {
        try (JobQ jobq = JobQ.builder().storage(storage).producerOnly().build();
                Scheduler view = Scheduler.of(jobq).instance("demo").build();
                WorkerJvms instances = new WorkerJvms(Schedules.class, INSTANCES, arguments, out::println)) {
            if (!instances.awaitAll(jobq, arguments.deadline()) || !awaitTick(view)) {
                out.println("the instances did not come up");
                return false;
            }
            foretell(view);
            Thread.sleep(UNTIL_KILL.toMillis());
            String leader = view.leader().orElse("nobody");
            instances.kill(leader);
            out.println(
                    "==== killed " + leader + " with kill -9, which led; its lease lasts " + LEASE.toSeconds() + " s");
            Thread.sleep(AFTER_KILL.toMillis());
            return report(view, leader);
        }
    }

    /** Until the first heartbeat, which nobody has fired before a leader was there. */
    private boolean awaitTick(Scheduler view) throws InterruptedException {
        while (!arguments.deadline().isOver()) {
            if (view.find(HEARTBEAT)
                    .filter(info -> !info.progress().runs().isEmpty())
                    .isPresent()) {
                return true;
            }
            Thread.sleep(50);
        }
        return false;
    }

    private void foretell(Scheduler view) {
        for (ScheduleInfo each : view.list()) {
            out.println("==== " + each.name() + " enqueues " + each.target().type() + ", next:");
            for (Tick tick : view.preview(each.name(), 3)) {
                out.println("     " + tick.at() + (tick.remarks().isEmpty() ? "" : "  " + tick.remarks()));
            }
        }
    }

    private boolean report(Scheduler view, String killed) {
        List<Instant> fired = ticks();
        TreeSet<Instant> distinct = new TreeSet<>(fired);
        long seconds = Duration.between(distinct.first(), distinct.last()).toSeconds() + 1;
        String leader = view.leader().orElse("nobody");
        out.println("==== %s leads now; %d heartbeats in %d seconds: %d missing, %d twice"
                .formatted(leader, fired.size(), seconds, seconds - distinct.size(), fired.size() - distinct.size()));
        return fired.size() == seconds && distinct.size() == seconds && !leader.equals(killed);
    }

    private List<Instant> ticks() {
        return storage.admin().list(JobFilter.ALL.withType(HEARTBEAT), null, 1_000).jobs().stream()
                .map(Schedules::tick)
                .collect(Collectors.toList());
    }

    private static Instant tick(JobSnapshot job) {
        return Instant.parse(job.job().options().headers().get(Scheduler.TICK_HEADER));
    }
}
