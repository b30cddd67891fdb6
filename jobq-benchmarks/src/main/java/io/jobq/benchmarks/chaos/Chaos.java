package io.jobq.benchmarks.chaos;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** One run: a fleet, a load, a storm; then peace, and a look at what is left. */
final class Chaos {
    /**
     * What shall happen.
     *
     * @param seed of all randomness that is not the machine's own
     * @param proxied whether workers and producers reach Redis by ways that can be cut
     * @param skew of the processes' clocks
     */
    record Course(
            long seed,
            Duration time,
            Map<Plan.Fault, Integer> faults,
            int workers,
            Load load,
            boolean proxied,
            Skew skew) {}

    /**
     * What is produced.
     *
     * @param rate jobs per second
     * @param workMillis how long a handler takes on average
     * @param drain how long all may take to end after the storm
     */
    record Load(int rate, int workMillis, Duration drain) {}

    /**
     * What came of it.
     *
     * @param hits how often a worker was to be killed, or paused for longer than its leases last
     * @param checks what only the scenario promises
     * @param complaints about workers that did not end well
     */
    record Findings(
            int accepted,
            int hits,
            Verdict verdict,
            List<Check> checks,
            Set<String> orphanKeys,
            List<String> complaints) {
        boolean isClean() {
            return verdict.lost().isEmpty()
                    && verdict.stale().isEmpty()
                    && checks.stream().allMatch(check -> check.faults().isEmpty())
                    && orphanKeys.isEmpty()
                    && isProof();
        }

        /** Whether any fault has met a running job; if none has, nobody knows whether jobs survive their workers. */
        boolean isProof() {
            return hits == 0 || verdict.recovery().getTotalCount() > 0;
        }
    }

    private final ChaosSettings settings;
    private final Course course;
    private final @Nullable OwnRedis redis;
    private final Path logs;
    private final Remains remains;
    private final Duration lease;
    private final List<Proxy> ways = new ArrayList<>();

    Chaos(ChaosSettings settings, Course course, @Nullable OwnRedis redis, Path logs) {
        this.settings = settings;
        this.course = course;
        this.redis = redis;
        this.logs = logs;
        this.remains = new Remains(settings);
        this.lease = Duration.ofSeconds(settings.lease());
    }

    Findings run() throws InterruptedException {
        try (History history = History.open(settings);
                Fleet fleet = new Fleet(settings, history, course.skew(), logs)) {
            for (int i = 0; i < course.workers(); i++) {
                fleet.add(Fleet.WORKER, way());
            }
            Set<String> accepted = storm(fleet, history);
            remains.awaitDone(course.load().drain());
            Thread.sleep(lease.multipliedBy(2).toMillis()); // for the living to clear away what the dead have left
            List<String> complaints = fleet.stop();
            List<Event> events = history.read();
            Verdict verdict = Verdict.of(accepted, remains.jobs(), events);
            List<Check> checks = settings.scenario().judge(new Scenario.Aftermath(settings, course, events, remains));
            int hits = course.faults().getOrDefault(Plan.Fault.KILL, 0)
                    + course.faults().getOrDefault(Plan.Fault.PAUSE, 0);
            Set<String> orphans = remains.orphanKeys(lease.multipliedBy(2));
            Findings findings = new Findings(accepted.size(), hits, verdict, checks, orphans, complaints);
            history.delete();
            return findings;
        } finally {
            remains.delete();
            ways.forEach(Proxy::close);
        }
    }

    private String way() {
        if (!course.proxied()) {
            return settings.uri();
        }
        Proxy way = new Proxy(settings.uri());
        ways.add(way);
        return way.uri();
    }

    /** Returns the accepted jobs. */
    private Set<String> storm(Fleet fleet, History history) throws InterruptedException {
        SplittableRandom random = new SplittableRandom(course.seed());
        List<Plan.Step> plan = Plan.of(random, course.time(), course.faults());
        Scenario.Ground ground = new Scenario.Ground(settings, course, history, fleet, this::way);
        try (Scenario.Load load = settings.scenario().start(ground, random.split());
                Storm storm = new Storm(random, fleet, ways, redis, lease)) {
            fleet.awaitWork();
            storm.rage(plan, course.time());
            return load.stop();
        }
    }
}
