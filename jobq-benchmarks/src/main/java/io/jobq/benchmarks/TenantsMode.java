package io.jobq.benchmarks;

import io.jobq.Job;
import io.jobq.limits.Limit;
import io.jobq.limits.Limits;
import io.jobq.limits.Rate;
import io.jobq.spi.JobOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
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
    private static final int WARM_UP_ROUNDS = 3;
    /** The part of the backlog beside which the waiting is warmed up: without any, the busy case alone would start cold. */
    private static final int WARM_UP_PART = 2;

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
        defaults.put("rounds", "9");
        defaults.put("payload", "100");
        defaults.put("concurrency", "20");
        defaults.put("metrics", "on");
        return defaults;
    }

    @Override
    public void run(Options options, Results results) throws InterruptedException {
        int jobs = options.number("jobs", 1);
        wait(options, jobs / WARM_UP_PART, results, "warm-up");
        long idle = wait(options, 0, results, "idle");
        long busy = wait(options, jobs, results, "backlog");
        results.print("p99_ratio", (double) busy / idle, "ratio", Map.of());
        claims(options, results);
    }

    /**
     * How long one tenant's jobs wait while another has a backlog: microseconds, 99th percentile. Jobs take half as long as
     * said to half longer: if all took the same, slots would stay in step and only come free together.
     */
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
            LockSupport.parkNanos(work / 2 + ThreadLocalRandom.current().nextLong(work + 1));
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

    /**
     * What a claim costs for one tenant, without and with limits, for many, and while half of them are throttled; in turns,
     * since each is short.
     */
    private static void claims(Options options, Results results) {
        int tenants = options.number("tenants", 2 * BATCH);
        int rounds = options.number("rounds", 1);
        Case one = new Case("one tenant");
        Case limited = new Case("one tenant, under a limit");
        Case many = new Case("many tenants");
        Case throttled = new Case("half throttled and aside");
        try (Jobs ofOne = new Jobs(options);
                Jobs ofLimited = new Jobs(options);
                Jobs ofMany = new Jobs(options);
                Jobs ofHalf = new Jobs(options)) {
            Limits.of(ofLimited.storage(), Jobs.QUEUE).eachTenant(Limit.rate(Rate.perSecond(1_000_000)));
            throttle(ofHalf, tenants, results);
            for (int round = 0; round < WARM_UP_ROUNDS + rounds; round++) {
                ofOne.insert(tenants, i -> ofTenant(0));
                one.add(drain(ofOne));
                ofLimited.insert(tenants, i -> ofTenant(0));
                limited.add(drain(ofLimited));
                ofMany.insert(tenants, TenantsMode::ofTenant);
                many.add(drain(ofMany));
                ofHalf.insert(tenants / 2, i -> ofTenant(2 * i));
                throttled.add(drain(ofHalf));
            }
        }
        for (Case each : List.of(one, limited, many, throttled)) {
            print(results, each.name, each.median());
        }
        results.print("many_ratio", many.median() / one.median(), "ratio", Map.of());
        results.print("throttled_ratio", throttled.median() / one.median(), "ratio", Map.of());
        results.print("throttled_limited_ratio", throttled.median() / limited.median(), "ratio", Map.of());
    }

    /** Figures of one kind, of which the first warm up. */
    private static final class Case {
        private final String name;
        private final List<Double> figures = new ArrayList<>();

        Case(String name) {
            this.name = name;
        }

        void add(double figure) {
            figures.add(figure);
        }

        double median() {
            return figures.stream()
                    .skip(WARM_UP_ROUNDS)
                    .sorted()
                    .skip((figures.size() - WARM_UP_ROUNDS) / 2)
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void print(Results results, String name, double micros) {
        results.print("claim_us_per_job", micros, "us", Map.of("case", name));
    }

    /** Microseconds per job to claim until there is nothing more to claim, and to settle that. */
    private static double drain(Jobs queue) {
        Stopwatch time = new Stopwatch();
        int claimed = 0;
        time.start();
        int got;
        do {
            got = queue.next(BATCH).size();
            claimed += got;
        } while (got > 0 || queue.mayHaveMore());
        time.stop();
        return time.nanos() / 1e3 / Math.max(1, claimed);
    }

    /** Every other tenant has used up its rate, and a job that stands aside: which costs once, when it is looked at. */
    private static void throttle(Jobs queue, int tenants, Results results) {
        Limits limits = Limits.of(queue.storage(), Jobs.QUEUE)
                .tenantClass("free", Limit.rate(new Rate(1, Duration.ofHours(24), 1)));
        int half = tenants / 2;
        for (int i = 0; i < half; i++) {
            limits.assign("tenant" + (2 * i + 1), "free");
        }
        queue.insert(half, i -> ofTenant(2 * i + 1));
        print(results, "the first job of each under a rate", drain(queue));
        queue.insert(2 * half, TenantsMode::ofTenant);
        print(results, "half throttled, setting them aside", drain(queue));
    }
}
