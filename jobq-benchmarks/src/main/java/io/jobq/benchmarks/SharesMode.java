package io.jobq.benchmarks;

import io.jobq.Priority;
import io.jobq.limits.Limits;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.JobOptions;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** Whether backlogged levels and tenants get what their weights say. Fails if one is off by more than 5 %. */
final class SharesMode implements Mode {
    private static final double TOLERANCE = 0.05;
    private static final int BATCH = 100;
    private static final Map<String, Integer> TENANTS = Map.of("a", 3, "b", 2, "c", 1);
    private static final Map<Priority, Integer> LEVELS =
            Map.of(Priority.CRITICAL, 100, Priority.HIGH, 50, Priority.NORMAL, 20, Priority.LOW, 5);

    @Override
    public String name() {
        return "shares";
    }

    @Override
    public String summary() {
        return "how far the shares of levels (100:50:20:5) and tenants (3:2:1) are from their weights";
    }

    @Override
    public Map<String, String> defaults() {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put("storage", "memory");
        defaults.put("jobs", "10000");
        defaults.put("payload", "100");
        return defaults;
    }

    @Override
    public void run(Options options, Results results) {
        int claims = options.number("jobs", BATCH);
        try (Jobs jobs = new Jobs(options)) {
            Limits limits = Limits.of(jobs.storage(), Jobs.QUEUE);
            LEVELS.forEach((level, weight) -> limits.level(level, weight, null));
            LEVELS.keySet().forEach(level -> jobs.insert(claims, i -> JobOptions.DEFAULT.withPriority(level)));
            report(
                    "level_share_error",
                    worst(LEVELS, jobs, claims, claimed -> optionsOf(claimed).priority()),
                    results);
        }
        try (Jobs jobs = new Jobs(options)) {
            Limits limits = Limits.of(jobs.storage(), Jobs.QUEUE);
            TENANTS.forEach(limits::weight);
            TENANTS.keySet().forEach(tenant -> jobs.insert(claims, i -> JobOptions.DEFAULT.withTenant(tenant)));
            report(
                    "tenant_share_error",
                    worst(
                            TENANTS,
                            jobs,
                            claims,
                            claimed -> "" + optionsOf(claimed).tenant()),
                    results);
        }
    }

    private static JobOptions optionsOf(Claimed claimed) {
        return claimed.job().job().options();
    }

    private static void report(String metric, double error, Results results) {
        results.print(metric, error * 100, "%", Map.of());
        if (error > TOLERANCE) {
            results.fail();
        }
    }

    /** The largest deviation from what a weight gives, in parts of that, over so many claims. */
    private static <K> double worst(Map<K, Integer> weights, Jobs jobs, int claims, Function<Claimed, K> of) {
        Map<K, Integer> counts = new HashMap<>();
        int total = 0;
        while (total < claims) {
            for (Claimed claimed : jobs.next(BATCH)) {
                counts.merge(of.apply(claimed), 1, Integer::sum);
                total++;
            }
        }
        double sum = weights.values().stream().mapToInt(weight -> weight).sum();
        double worst = 0;
        for (Map.Entry<K, Integer> each : weights.entrySet()) {
            double fair = total * each.getValue() / sum;
            worst = Math.max(worst, Math.abs(counts.getOrDefault(each.getKey(), 0) - fair) / fair);
        }
        return worst;
    }
}
