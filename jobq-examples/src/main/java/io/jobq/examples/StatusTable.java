package io.jobq.examples;

import io.jobq.JobSnapshot;
import io.jobq.JobState;
import io.jobq.limits.Limit;
import io.jobq.limits.Limits;
import io.jobq.limits.Rate;
import io.jobq.spi.DurationText;
import io.jobq.spi.JobAdmin;
import io.jobq.spi.JobFilter;
import io.jobq.spi.Page;
import io.jobq.spi.Rule;
import io.jobq.spi.Rule.Target;
import io.jobq.spi.StorageStats.Holding;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Who shares a queue, on which terms, and how they fare: all from the rules, counts and jobs that the storage tells. It reads
 * every job, which a table of a busy system would not.
 */
final class StatusTable {
    private static final String ROW = "%-10s %-31s %7s %7s %5s%n";
    private static final Map<String, String> LEVELS = Map.of("1", "CRITICAL", "3", "HIGH", "5", "NORMAL", "7", "LOW");

    private final JobAdmin admin;
    private final Limits limits;
    private final String queue;

    StatusTable(JobAdmin admin, Limits limits, String queue) {
        this.admin = admin;
        this.limits = limits;
        this.queue = queue;
    }

    void print(PrintStream out) {
        List<Rule> rules = limits.rules();
        List<JobSnapshot> jobs = jobs();
        out.printf(ROW, "level", "terms", "waiting", "running", "sent");
        of(Target.LEVEL, rules)
                .forEach(rule -> row(
                        out,
                        level(rule.name()),
                        terms(rule),
                        jobs,
                        job -> levelOf(job).equals(rule.name())));
        out.printf(ROW, "tenant", "terms", "waiting", "running", "sent");
        Map<String, Rule> classes =
                of(Target.TENANT_CLASS, rules).stream().collect(Collectors.toMap(Rule::name, Function.identity()));
        for (Rule rule : of(Target.TENANT, rules)) {
            String terms = rule.tenantClass() + ", " + terms(Objects.requireNonNull(classes.get(rule.tenantClass())));
            row(
                    out,
                    rule.name(),
                    terms,
                    jobs,
                    job -> rule.name().equals(job.job().options().tenant()));
        }
        holding().first().forEach(rule -> out.println("throttled: " + rule.text()));
        of(Target.LEVEL, rules).forEach(rule -> printBoosted(out, rule, jobs));
    }

    private static List<Rule> of(Target target, List<Rule> rules) {
        return rules.stream().filter(rule -> rule.target() == target).toList();
    }

    private static String level(String number) {
        return LEVELS.getOrDefault(number, number);
    }

    private static String levelOf(JobSnapshot job) {
        return String.valueOf(job.job().options().priority().level());
    }

    private static String terms(Rule rule) {
        List<String> parts = new ArrayList<>();
        Rate rate = rule.limit().rate();
        if (rate != null) {
            parts.add(rate.permits()
                    + (rate.period().equals(Duration.ofMinutes(1)) ? "/min" : "/" + DurationText.of(rate.period())));
        }
        if (rule.limit().concurrency() != Limit.UNLIMITED) {
            parts.add(rule.limit().concurrency() + " at once");
        }
        if (rule.weight() > 0) {
            parts.add("weight " + rule.weight());
        }
        if (rule.longestWait() != null) {
            parts.add("at most " + DurationText.of(rule.longestWait()));
        }
        return String.join(", ", parts);
    }

    private static void row(
            PrintStream out, String name, String terms, List<JobSnapshot> jobs, Predicate<JobSnapshot> wanted) {
        Map<JobState, Long> counts =
                jobs.stream().filter(wanted).collect(Collectors.groupingBy(JobSnapshot::state, Collectors.counting()));
        out.printf(
                ROW,
                name,
                terms,
                counts.getOrDefault(JobState.READY, 0L),
                counts.getOrDefault(JobState.RUNNING, 0L),
                counts.getOrDefault(JobState.SUCCEEDED, 0L));
    }

    /** What has waited for longer than its level shall was taken before its level's turn. */
    private static void printBoosted(PrintStream out, Rule level, List<JobSnapshot> jobs) {
        Duration longest = level.longestWait();
        for (JobSnapshot job : jobs) {
            Instant started = job.times().started();
            if (longest != null && started != null && levelOf(job).equals(level.name())) {
                Duration waited = Duration.between(job.times().due(), started);
                if (waited.compareTo(longest) > 0) {
                    out.println("boosted: a job of '" + job.job().options().tenant() + "' at level "
                            + level(level.name()) + ", after " + waited.toMillis() + " ms");
                }
            }
        }
    }

    private List<JobSnapshot> jobs() {
        List<JobSnapshot> jobs = new ArrayList<>();
        String cursor = null;
        do {
            Page page = admin.list(JobFilter.ALL.withQueue(queue), cursor, 200);
            jobs.addAll(page.jobs());
            cursor = page.next();
        } while (cursor != null);
        return jobs;
    }

    /** The rules that hold jobs back, with when they have room again. */
    private Holding holding() {
        return Objects.requireNonNull(admin.stats().queues().get(queue)).holding();
    }

    long heldBack() {
        return holding().allJobs();
    }

    long count(JobState state) {
        return Objects.requireNonNull(admin.stats().queues().get(queue)).count(state);
    }
}
