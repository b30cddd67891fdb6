package io.jobq.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** How fast a worker empties a backlog of jobs that do nothing, or sleep. */
final class DrainMode implements Mode {
    private static final int BATCH = 1_000;

    @Override
    public String name() {
        return "drain";
    }

    @Override
    public String summary() {
        return "rate at which a backlog is worked off, from start to the last settlement";
    }

    @Override
    public Map<String, String> defaults() {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put("storage", "memory");
        defaults.put("jobs", "1000000");
        defaults.put("payload", "100");
        defaults.put("concurrency", "100");
        defaults.put("work-ms", "0");
        defaults.put("metrics", "on");
        defaults.put("warmup", "1000000");
        defaults.put("rounds", "1");
        return defaults;
    }

    @Override
    public void run(Options options, Results results) throws InterruptedException {
        int jobs = options.number("jobs", 1);
        int warmup = options.number("warmup", 0);
        int rounds = options.number("rounds", 1);
        Input.Maker inputs = new Input.Maker(options.number("payload", 1));
        if (warmup > 0) {
            drain(options, inputs, warmup, new Stopwatch());
        }
        Stopwatch time = new Stopwatch();
        for (int round = 0; round < rounds; round++) {
            drain(options, inputs, jobs, time);
        }
        results.jobsPerSecond((long) jobs * rounds, time, Map.of());
    }

    private static void drain(Options options, Input.Maker inputs, int jobs, Stopwatch time)
            throws InterruptedException {
        CountDownLatch left = new CountDownLatch(jobs);
        int sleep = options.number("work-ms", 0);
        try (Bench bench = new Bench(options, options.number("concurrency", 1), (input, job) -> {
            if (sleep > 0) {
                Thread.sleep(sleep);
            }
            left.countDown();
        })) {
            bench.enqueue(inputs, 0, jobs, BATCH);
            System.gc();
            time.start();
            bench.start();
            left.await();
            bench.awaitSettled();
            time.stop();
        }
    }
}
