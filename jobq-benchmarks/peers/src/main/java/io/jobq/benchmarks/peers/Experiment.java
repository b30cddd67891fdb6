package io.jobq.benchmarks.peers;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A case that all libraries are measured in.
 *
 * @param name for command lines
 * @param mode the trial's
 * @param options the trial's
 */
record Experiment(String name, String mode, int slots, Map<String, Integer> options, List<Metric> metrics) {
    private static final String KILL = "kill";

    private static final String JOBS = "jobs";
    private static final String WARMUP = "warmup";
    private static final String WARMUP_LIMIT = "warmup-limit";
    private static final int BATCH = 1_000;
    private static final int USUAL_SLOTS = 10;
    private static final int MANY = 100;
    private static final int CALLERS = 64;
    private static final int FEW_JOBS = 2_000;
    private static final int RATE = 20;
    private static final int SHORTEST_WAIT_BY_DEFAULT = 45_000;

    static List<Experiment> all(Scale scale) {
        return List.of(
                drain(scale, "drain-1", 1, 0, "drain, 1 slot, jobs/s"),
                drain(scale, "drain-10", USUAL_SLOTS, 0, "drain, 10 slots, jobs/s"),
                drain(scale, "drain-100", MANY, 0, "drain, 100 slots, jobs/s"),
                drain(scale, "work-1ms", MANY, 1, "drain, 100 slots, handlers that take 1 ms, jobs/s"),
                bulk(scale),
                enqueue(scale, "enqueue-1", 1, "single enqueue, 1 caller, jobs/s"),
                enqueue(scale, "enqueue-64", CALLERS, "single enqueue, 64 callers, jobs/s"),
                latency(scale),
                delayed(scale),
                left(),
                kill(scale));
    }

    private static Experiment drain(Scale scale, String name, int slots, int workMillis, String label) {
        Map<String, Integer> options = load(scale);
        options.put("work-ms", workMillis);
        return new Experiment(name, "drain", slots, options, List.of(Metric.more(label, "rate")));
    }

    private static Experiment bulk(Scale scale) {
        Map<String, Integer> options = load(scale);
        options.put("batch", BATCH);
        options.put("callers", 1);
        return new Experiment(
                "bulk",
                "enqueue",
                USUAL_SLOTS,
                options,
                List.of(
                        Metric.more("bulk enqueue, 1,000 a call, jobs/s", "rate"),
                        Metric.less("storage per waiting job, bytes", "bytes_per_job")));
    }

    private static Experiment enqueue(Scale scale, String name, int callers, String label) {
        Map<String, Integer> options = load(scale);
        options.put("batch", 1);
        options.put("callers", callers);
        return new Experiment(name, "enqueue", USUAL_SLOTS, options, List.of(Metric.more(label, "rate")));
    }

    private static Map<String, Integer> load(Scale scale) {
        Map<String, Integer> options = new LinkedHashMap<>();
        options.put(JOBS, scale.jobs());
        options.put("limit", scale.limitMillis());
        options.put(WARMUP, scale.warmup());
        options.put(WARMUP_LIMIT, scale.warmupMillis());
        return options;
    }

    private static Experiment latency(Scale scale) {
        return new Experiment(
                "latency",
                "latency",
                USUAL_SLOTS,
                Map.of(
                        JOBS,
                        RATE * scale.windowSeconds(),
                        "rate",
                        RATE,
                        WARMUP,
                        scale.warmup(),
                        WARMUP_LIMIT,
                        scale.warmupMillis()),
                List.of(
                        Metric.less("enqueue to start, idle, p50, ms", "p50_ms"),
                        Metric.less("enqueue to start, idle, p99, ms", "p99_ms")));
    }

    private static Experiment delayed(Scale scale) {
        return new Experiment(
                "delayed",
                "delayed",
                USUAL_SLOTS,
                Map.of(JOBS, RATE * scale.windowSeconds(), "spread", scale.windowSeconds() * 1_000, WARMUP, 2 * MANY),
                List.of(
                        Metric.less("lateness of delayed jobs, p50, ms", "p50_ms"),
                        Metric.less("lateness of delayed jobs, p99, ms", "p99_ms")));
    }

    private static Experiment left() {
        return new Experiment(
                "left",
                "drain",
                USUAL_SLOTS,
                Map.of(JOBS, FEW_JOBS, "limit", 20_000, WARMUP, 0, "work-ms", 0),
                List.of(
                        Metric.neither("left after 2,000 jobs: keys or rows", "entries"),
                        Metric.neither("left after 2,000 jobs: bytes", "bytes")));
    }

    private static Experiment kill(Scale scale) {
        return new Experiment(
                KILL,
                KillTrial.MODE,
                USUAL_SLOTS,
                Map.of(JOBS, 6 * MANY, "work-ms", MANY, "limit", scale.killMillis()),
                List.of(
                        Metric.neither("`kill -9` of a worker: jobs lost", "lost"),
                        Metric.less("`kill -9` of a worker: until the last of its jobs runs again, s", "again_s")));
    }

    /** The trial of one library. */
    Trial trial(Peer peer, Setup setup) {
        return new Trial(mode, peer.name(), setup, options);
    }

    /** Whether it ends before most libraries give up on a worker with these settings. */
    boolean isTooShortFor(Settings settings) {
        return name.equals(KILL)
                && settings == Settings.DEFAULTS
                && options.getOrDefault("limit", 0) < SHORTEST_WAIT_BY_DEFAULT;
    }
}
