package io.jobq.benchmarks;

import io.jobq.Job;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;

/**
 * How long from the call of enqueue to the start of the handler, on a system that has nothing else to do. Calls are made
 * at their intended times, however long the jobs take, but each is measured from when it was really made.
 */
final class LatencyMode implements Mode {
    /** Jobs as fast as they come, before the warm-up at the rate itself: the latter alone would leave the code interpreted. */
    private static final int BURST = 50_000;

    @Override
    public String name() {
        return "latency";
    }

    @Override
    public String summary() {
        return "time from enqueue to start at a steady rate on an idle system";
    }

    @Override
    public Map<String, String> defaults() {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put("storage", "memory");
        defaults.put("rate", "100");
        defaults.put("seconds", "10");
        defaults.put("payload", "100");
        defaults.put("concurrency", "100");
        defaults.put("metrics", "on");
        defaults.put("warmup", "10");
        return defaults;
    }

    @Override
    public void run(Options options, Results results) throws InterruptedException {
        int rate = options.number("rate", 1);
        Duration warmup = options.seconds("warmup");
        Duration seconds = options.seconds("seconds");
        Input.Maker inputs = new Input.Maker(options.number("payload", 1));
        ConcurrentHistogram micros = new ConcurrentHistogram(3);
        int jobs = Math.max(1, (int) (seconds.toNanos() * rate / TimeUnit.SECONDS.toNanos(1)));
        int before = (int) (warmup.toNanos() * rate / TimeUnit.SECONDS.toNanos(1));
        CountDownLatch left = new CountDownLatch(BURST + before + jobs);
        try (Bench bench = new Bench(options, options.number("concurrency", 1), (input, job) -> {
            record(micros, System.nanoTime() - input.number());
            left.countDown();
        })) {
            bench.start();
            enqueue(bench, inputs, Integer.MAX_VALUE, BURST);
            bench.awaitSettled();
            enqueue(bench, inputs, rate, before);
            bench.awaitSettled();
            micros.reset();
            enqueue(bench, inputs, rate, jobs);
            left.await();
        }
        results.percentiles(micros);
    }

    private static void record(ConcurrentHistogram micros, long nanos) {
        micros.recordValue(Math.max(0, TimeUnit.NANOSECONDS.toMicros(nanos)));
    }

    private static void enqueue(Bench bench, Input.Maker inputs, int rate, int jobs) {
        long interval = TimeUnit.SECONDS.toNanos(1) / rate;
        long start = System.nanoTime();
        for (int n = 0; n < jobs; n++) {
            sleepUntil(start + n * interval);
            bench.enqueue(Job.of(Bench.TYPE, inputs.at(System.nanoTime())));
        }
    }

    private static void sleepUntil(long nanos) {
        for (long wait = nanos - System.nanoTime(); wait > 0; wait = nanos - System.nanoTime()) {
            LockSupport.parkNanos(wait);
        }
    }
}
