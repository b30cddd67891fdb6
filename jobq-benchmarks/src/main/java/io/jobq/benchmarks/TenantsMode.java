package io.jobq.benchmarks;

import io.jobq.Job;
import io.jobq.limits.Limit;
import io.jobq.limits.Limits;
import io.jobq.limits.Rate;
import io.jobq.spi.JobOptions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;

/**
 * What a tenant with a long backlog costs another that now and then has one job: how long that waits, idle and beside the
 * backlog. And what it costs a claim that there are many tenants, half of them throttled.
 */
final class TenantsMode implements Mode {
    private static final int BATCH = 100;

    @Override
    public String name() {
        return "tenants";
    }

    @Override
    public String summary() {
        return "wait of one tenant's jobs beside another's backlog; cost of a claim with many tenants, half of them throttled";
    }

    @Override
    public Map<String, String> defaults() {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put("storage", "memory");
        defaults.put("jobs", "1000000");
        defaults.put("rate", "20");
        defaults.put("seconds", "15");
        defaults.put("work-ms", "5");
        defaults.put("tenants", "100000");
        defaults.put("payload", "100");
        defaults.put("concurrency", "20");
        defaults.put("metrics", "on");
        return defaults;
    }

    @Override
    public void run(Options options, Results results) throws InterruptedException {
        int jobs = options.number("jobs", 1);
        wait(options, 0, results, "warm-up");
        long idle = wait(options, 0, results, "idle");
        long busy = wait(options, jobs, results, "backlog");
        results.print("p99_ratio", (double) busy / idle, "ratio", Map.of());
        int tenants = options.number("tenants", 2 * BATCH);
        claims(options, tenants, tenants, results, "warm-up");
        double one = claims(options, tenants, 1, results, "one tenant");
        double many = claims(options, tenants, tenants, results, "many tenants");
        throttled(options, tenants, one, results);
        results.print("many_ratio", many / one, "ratio", Map.of());
    }

    /** How long one tenant's jobs wait while another has a backlog: microseconds, 99th percentile. */
    private static long wait(Options options, int backlog, Results results, String name) throws InterruptedException {
        ConcurrentHistogram micros = new ConcurrentHistogram(3);
        AtomicInteger left = new AtomicInteger(backlog);
        long work = TimeUnit.MILLISECONDS.toNanos(options.number("work-ms", 0));
        Input.Maker inputs = new Input.Maker(options.number("payload", 1));
        try (Bench bench = new Bench(options, options.number("concurrency", 1), (input, job) -> {
            if ("b".equals(job.tenant())) {
                micros.recordValue(Math.max(0, TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - input.number())));
            } else {
                left.decrementAndGet();
            }
            LockSupport.parkNanos(work);
        })) {
            bench.enqueue(inputs, backlog, "a");
            bench.start();
            long interval = TimeUnit.SECONDS.toNanos(1) / options.number("rate", 1);
            long end = System.nanoTime() + options.seconds("seconds").toNanos();
            for (long at = System.nanoTime(); at < end; at += interval) {
                LockSupport.parkNanos(at - System.nanoTime());
                bench.enqueue(Job.of(Bench.TYPE, inputs.at(System.nanoTime())).tenant("b"));
            }
            if (backlog > 0 && left.get() <= 0) {
                throw new UsageException("the backlog was done before --seconds were over: use more --jobs");
            }
        }
        Map<String, ?> extra = Map.of("case", name, "samples", micros.getTotalCount());
        results.print("p50_ms", micros.getValueAtPercentile(50) / 1e3, "ms", extra);
        results.print("p99_ms", micros.getValueAtPercentile(99) / 1e3, "ms", extra);
        return micros.getValueAtPercentile(99);
    }

    private static JobOptions ofTenant(int number) {
        return JobOptions.DEFAULT.withTenant("tenant" + number);
    }

    /** Microseconds per job to settle and claim so many jobs of so many tenants. */
    private static double claims(Options options, int jobs, int tenants, Results results, String name) {
        try (Jobs queue = new Jobs(options)) {
            queue.insert(jobs, i -> ofTenant(i % tenants));
            return drain(queue, jobs, results, name);
        }
    }

    private static double drain(Jobs queue, int jobs, Results results, String name) {
        Stopwatch time = new Stopwatch();
        int claimed = 0;
        int empty = 0;
        time.start();
        while (claimed < jobs && empty < jobs) {
            int got = queue.next(BATCH).size();
            claimed += got;
            empty += got == 0 ? 1 : 0;
        }
        time.stop();
        double micros = time.nanos() / 1e3 / Math.max(1, claimed);
        results.print("claim_us_per_job", micros, "us", Map.of("case", name, "claimed", claimed));
        return micros;
    }

    /** The second half of the tenants has used up its rate. Their jobs are set aside first, and then cost nothing. */
    private static void throttled(Options options, int tenants, double one, Results results) {
        try (Jobs queue = new Jobs(options)) {
            Limits limits = Limits.of(queue.storage(), Jobs.QUEUE)
                    .tenantClass("free", Limit.rate(new Rate(1, Duration.ofHours(24), 1)));
            int half = tenants / 2;
            for (int i = half; i < tenants; i++) {
                limits.assign("tenant" + i, "free");
            }
            queue.insert(tenants - half, i -> ofTenant(half + i));
            drain(queue, tenants - half, results, "each tenant's first job under a rate");
            queue.insert(tenants, TenantsMode::ofTenant);
            double aside = drain(queue, half, results, "half throttled, setting them aside");
            queue.insert(half, TenantsMode::ofTenant);
            double steady = drain(queue, half, results, "half throttled and aside");
            results.print("throttling_ratio", aside / one, "ratio", Map.of());
            results.print("throttled_ratio", steady / one, "ratio", Map.of());
        }
    }
}
