package io.jobq.benchmarks;

import io.jobq.Job;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.ConcurrentHistogram;

/** How late jobs start that were enqueued for a time: due times in whole milliseconds, spread at random over a while. */
final class DelayedMode implements Mode {
    /** Per job, so that all are stored before the first is due. */
    private static final Duration LEAD = Duration.ofMillis(2);

    private static final long SEED = 42;

    @Override
    public String name() {
        return "delayed";
    }

    @Override
    public String summary() {
        return "lateness of jobs that were enqueued for a time: start minus due";
    }

    @Override
    public Map<String, String> defaults() {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put("storage", "memory");
        defaults.put("jobs", "500");
        defaults.put("seconds", "10");
        defaults.put("payload", "100");
        defaults.put("concurrency", "100");
        defaults.put("metrics", "on");
        defaults.put("warmup", "2");
        return defaults;
    }

    @Override
    public void run(Options options, Results results) throws InterruptedException {
        int jobs = options.number("jobs", 1);
        Duration seconds = options.seconds("seconds");
        Duration warmup = options.seconds("warmup");
        Input.Maker inputs = new Input.Maker(options.number("payload", 1));
        if (!warmup.isZero()) {
            measure(options, inputs, jobs, warmup);
        }
        results.percentiles(measure(options, inputs, jobs, seconds));
    }

    private static ConcurrentHistogram measure(Options options, Input.Maker inputs, int jobs, Duration over)
            throws InterruptedException {
        ConcurrentHistogram micros = new ConcurrentHistogram(3);
        CountDownLatch left = new CountDownLatch(jobs);
        try (Bench bench = new Bench(options, options.number("concurrency", 1), (input, job) -> {
            micros.recordValue(Math.max(0, nowMicros() - TimeUnit.MILLISECONDS.toMicros(input.number())));
            left.countDown();
        })) {
            bench.start();
            SplittableRandom random = new SplittableRandom(SEED);
            long first = Instant.now().plus(LEAD.multipliedBy(jobs)).toEpochMilli();
            for (int n = 0; n < jobs; n++) {
                long due = first + random.nextLong(over.toMillis() + 1);
                bench.enqueue(Job.of(Bench.TYPE, inputs.at(due)).runAt(Instant.ofEpochMilli(due)));
            }
            left.await();
        }
        return micros;
    }

    private static long nowMicros() {
        Instant now = Instant.now();
        return TimeUnit.SECONDS.toMicros(now.getEpochSecond()) + TimeUnit.NANOSECONDS.toMicros(now.getNano());
    }
}
