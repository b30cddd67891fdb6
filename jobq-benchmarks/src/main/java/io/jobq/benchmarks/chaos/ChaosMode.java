package io.jobq.benchmarks.chaos;

import io.jobq.benchmarks.BareRedis;
import io.jobq.benchmarks.Mode;
import io.jobq.benchmarks.Options;
import io.jobq.benchmarks.Results;
import io.jobq.benchmarks.UsageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Kills, pauses and cuts off workers of a Redis under load, and checks that nothing is lost and nothing done by the dead. */
public final class ChaosMode implements Mode {
    private static final String OWN = "redis-server";
    private static final List<String> SCHEMES =
            List.of("redis://", "rediss://", "redis-sentinel://", "redis-cluster://");

    @Override
    public String name() {
        return "chaos";
    }

    @Override
    public String summary() {
        return "scenarios " + Scenarios.names()
                + ": worker processes killed, paused and cut off under load, and what the history says then; "
                + "--storage redis-server starts a Redis of its own, the only one that is restarted";
    }

    @Override
    public Map<String, String> defaults() {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put("storage", OWN);
        defaults.put("scenario", "jobs");
        defaults.put("seconds", "30");
        defaults.put("kills", "5");
        defaults.put("pauses", "0");
        defaults.put("cuts", "0");
        defaults.put("restarts", "0");
        defaults.put("skew", "0");
        defaults.put("workers", "3");
        defaults.put("concurrency", "20");
        defaults.put("lease", "3");
        defaults.put("rate", "300");
        defaults.put("work-ms", "50");
        defaults.put("keys", "1000");
        defaults.put("keep", "1000");
        defaults.put("drain", "120");
        defaults.put("seed", "random");
        return defaults;
    }

    @Override
    public void run(Options options, Results results) throws InterruptedException {
        Scenario scenario = Scenarios.named(options.text("scenario"));
        Chaos.Course course = course(options, scenario);
        ChaosSettings.Task task = task(options, scenario, course.load());
        String uri = options.text("storage");
        Path logs = temporary();
        try (OwnRedis own = uri.equals(OWN) ? new OwnRedis(logs) : null) {
            ChaosSettings settings = new ChaosSettings(
                    own == null ? uri : own.uri(),
                    BareRedis.newPrefix("chaos"),
                    options.number("concurrency", 1),
                    options.number("lease", 1),
                    task);
            Chaos.Findings findings = new Chaos(settings, course, own, logs).run();
            print(findings, course.seed(), results);
            complain(findings, logs);
        }
    }

    private static ChaosSettings.Task task(Options options, Scenario scenario, Chaos.Load load) {
        int keep = Math.max(scenario.keeps(), options.number("keep", 0));
        return new ChaosSettings.Task(scenario.name(), keep, options.number("keys", 1), load.rate(), load.workMillis());
    }

    private static Chaos.Course course(Options options, Scenario scenario) {
        String uri = options.text("storage");
        boolean own = uri.equals(OWN);
        if (!own && SCHEMES.stream().noneMatch(uri::startsWith)) {
            throw new UsageException("chaos needs a Redis, but --storage is '" + uri + "'");
        }
        boolean proxied = own || uri.startsWith("redis://");
        Map<Plan.Fault, Integer> faults = Map.of(
                Plan.Fault.KILL, options.number("kills", 0),
                Plan.Fault.PAUSE, options.number("pauses", 0),
                Plan.Fault.CUT, number(options, "cuts", proxied, "a plain redis://… in --storage"),
                Plan.Fault.RESTART, number(options, "restarts", own, "--storage " + OWN));
        faults.forEach((fault, number) -> {
            if (number > 0 && !scenario.bears(fault)) {
                throw new UsageException("scenario " + scenario.name() + " has no verdict after a " + fault);
            }
        });
        return new Chaos.Course(
                seed(options),
                options.seconds("seconds"),
                faults,
                options.number("workers", 1),
                new Chaos.Load(options.number("rate", 1), options.number("work-ms", 0), options.seconds("drain")),
                proxied,
                new Skew(options.number("skew", 0)));
    }

    private static int number(Options options, String name, boolean possible, String needed) {
        int number = options.number(name, 0);
        if (number > 0 && !possible) {
            throw new UsageException("option --" + name + " needs " + needed);
        }
        return number;
    }

    private static long seed(Options options) {
        return options.text("seed").equals("random")
                ? ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE)
                : options.number("seed", 0);
    }

    private static Path temporary() {
        try {
            return Files.createTempDirectory("jobq-chaos");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void print(Chaos.Findings findings, long seed, Results results) {
        Verdict verdict = findings.verdict();
        Map<String, Long> extra = Map.of("seed", seed);
        results.print("accepted", findings.accepted(), "jobs", extra);
        results.print("settled", (double) verdict.settled(), "jobs", extra);
        results.print("lost", verdict.lost().size(), "jobs", extra);
        results.print("stale_effects", verdict.stale().size(), "effects", extra);
        results.print("duplicates_started", (double) verdict.duplicates(), "jobs", extra);
        results.print("orphan_keys", findings.orphanKeys().size(), "keys", extra);
        results.print(
                "recovery_p99_ms",
                (double) verdict.recovery().getValueAtPercentile(99),
                "ms",
                Map.of("seed", seed, "samples", verdict.recovery().getTotalCount()));
        findings.checks().forEach(check -> {
            Map<String, Object> more = new LinkedHashMap<>(extra);
            more.putAll(check.extra());
            results.print(check.metric(), (double) check.value(), check.unit(), more);
        });
        if (!findings.isClean()) {
            results.fail();
        }
    }

    private static void complain(Chaos.Findings findings, Path logs) {
        findings.complaints().forEach(System.err::println);
        say("lost", findings.verdict().lost());
        say("stale", findings.verdict().stale());
        findings.checks().forEach(check -> say(check.metric(), check.faults()));
        say("orphan", findings.orphanKeys());
        if (!findings.isProof()) {
            System.err.println(
                    "none of the " + findings.hits() + " kills and pauses has met a running job, so this run proves "
                            + "nothing; give it a higher --rate or --work-ms");
        }
        System.err.println("the workers' logs are in " + logs);
    }

    private static void say(String what, Iterable<?> things) {
        for (@Nullable Object thing : things) {
            System.err.println(what + ": " + thing);
        }
    }
}
