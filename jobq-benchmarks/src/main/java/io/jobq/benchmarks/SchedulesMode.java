package io.jobq.benchmarks;

import io.jobq.Job;
import io.jobq.JobContext;
import io.jobq.JobQ;
import io.jobq.WorkerOptions;
import io.jobq.scheduler.Interval;
import io.jobq.scheduler.Overlap;
import io.jobq.scheduler.Schedule;
import io.jobq.scheduler.Scheduler;
import io.jobq.spi.Storage;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.ConcurrentHistogram;

/**
 * How late ticks are, many to the second: from the tick until its job is stored, both by the storage's clock. And what schedules
 * cost that have nothing to do: to store, to load when another instance begins to lead, and while it leads.
 */
final class SchedulesMode implements Mode {
    private static final String TYPE = "tick";
    private static final Duration DAY = Duration.ofDays(1);

    @Override
    public String name() {
        return "schedules";
    }

    @Override
    public String summary() {
        return "lateness of ticks, and the cost of schedules that wait";
    }

    @Override
    public Map<String, String> defaults() {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put("storage", "memory");
        defaults.put("ticks", "1000"); // per second
        defaults.put("period", "1"); // of each schedule, in seconds
        defaults.put("overlap", Overlap.ALLOW.word());
        defaults.put("seconds", "20");
        defaults.put("warmup", "10");
        defaults.put("waiting", "100000");
        return defaults;
    }

    @Override
    public void run(Options options, Results results) throws InterruptedException {
        int period = options.number("period", 1);
        int schedules = options.number("ticks", 1) * period;
        Overlap overlap = Overlap.parse(options.text("overlap"));
        int waiting = options.number("waiting", 1);
        Duration warmup = options.seconds("warmup");
        Duration seconds = options.seconds("seconds");
        ConcurrentHistogram micros = new ConcurrentHistogram(3);
        String uri = options.text("storage");
        try (Storage storage = StorageFactory.of(uri).open(uri);
                JobQ jobq = jobq(storage, micros)) {
            try (Scheduler scheduler = Scheduler.of(jobq).start()) {
                for (int i = 0; i < schedules; i++) {
                    scheduler.schedule(regular(i, schedules, period).overlap(overlap));
                }
                Thread.sleep(warmup.toMillis());
                micros.reset();
                Thread.sleep(seconds.toMillis());
            }
            results.percentiles(micros);
            results.print("ticks_per_second", micros.getTotalCount() * 1e3 / seconds.toMillis(), "ticks/s", Map.of());
        }
        try (Storage storage = StorageFactory.of(uri).open(uri);
                JobQ jobq = jobq(storage, micros)) {
            wait(jobq, waiting, seconds, results);
        }
    }

    private static JobQ jobq(Storage storage, ConcurrentHistogram micros) {
        return JobQ.builder()
                .storage(storage)
                .handle(TYPE, Void.class, (nothing, job) -> micros.recordValue(lateness(job)))
                .worker(WorkerOptions.DEFAULT.withConcurrency(100))
                .start();
    }

    private static long lateness(JobContext job) {
        Instant tick = Scheduler.tickOf(job).orElseThrow();
        return Math.max(
                0,
                TimeUnit.NANOSECONDS.toMicros(
                        Duration.between(tick, job.enqueuedAt()).toNanos()));
    }

    /** One of some that tick evenly. */
    private static Schedule regular(int i, int of, int period) {
        Instant anchor = Instant.EPOCH.plusMillis(1_000L * period * i / of);
        return Schedule.of("s" + i, Interval.every(Duration.ofSeconds(period), anchor), Job.of(TYPE));
    }

    /** Once a day, at a time of day that is some hours away whenever this runs. */
    private static Schedule daily(int i, Instant now) {
        long spread = TimeUnit.HOURS.toMillis(12) + i % TimeUnit.HOURS.toMillis(11);
        return Schedule.of("w" + i, Interval.every(DAY, now.plusMillis(spread)), Job.of(TYPE));
    }

    private static void wait(JobQ jobq, int waiting, Duration seconds, Results results) throws InterruptedException {
        Instant now = jobq.storage().registry().now();
        Scheduler scheduler = Scheduler.of(jobq).build();
        Stopwatch storing = new Stopwatch();
        storing.start();
        for (int i = 0; i < waiting; i++) {
            scheduler.schedule(daily(i, now));
        }
        storing.stop();
        results.print("stored_us_per_schedule", storing.nanos() / 1e3 / waiting, "us", Map.of());
        long before = usedHeap();
        Stopwatch loading = new Stopwatch();
        loading.start();
        scheduler.runPending();
        loading.stop();
        results.print("load_ms", loading.nanos() / 1e6, "ms", Map.of());
        results.print("heap_bytes_per_schedule", (double) (usedHeap() - before) / waiting, "bytes", Map.of());
        try (scheduler) {
            scheduler.start();
            Stopwatch idle = new Stopwatch();
            idle.start();
            Thread.sleep(seconds.toMillis());
            idle.stop();
            results.print("idle_cpu_percent", 100.0 * idle.cpuNanos() / idle.nanos(), "percent", Map.of());
        }
    }

    private static long usedHeap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
