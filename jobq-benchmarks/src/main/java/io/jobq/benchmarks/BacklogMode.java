package io.jobq.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;

/** What calls cost per job while few and while many jobs wait: the ratios shall be near 1. */
final class BacklogMode implements Mode {
    @Override
    public String name() {
        return "backlog";
    }

    @Override
    public String summary() {
        return "cost per job of enqueue, claim and settle, cancel, and list, with many jobs waiting against few";
    }

    @Override
    public Map<String, String> defaults() {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put("storage", "memory");
        defaults.put("jobs", "1000000");
        defaults.put("few", "10000");
        defaults.put("payload", "100");
        defaults.put("batch", "100");
        defaults.put("rounds", "500");
        defaults.put("warmup", "500");
        return defaults;
    }

    @Override
    public void run(Options options, Results results) {
        int many = options.number("jobs", 2 * options.number("batch", 1));
        int few = options.number("few", 2 * options.number("batch", 1));
        int rounds = options.number("rounds", 1);
        int warmup = options.number("warmup", 0);
        if (warmup > 0) {
            measure(options, few, warmup);
        }
        Map<String, Double> atFew = measure(options, few, rounds);
        Map<String, Double> atMany = measure(options, many, rounds);
        atFew.forEach((call, micros) -> {
            results.print(call + "_us_per_job", micros, "us", Map.of("waiting", few));
            results.print(call + "_us_per_job", atMany.getOrDefault(call, 0.0), "us", Map.of("waiting", many));
            results.print(call + "_ratio", atMany.getOrDefault(call, 0.0) / micros, "ratio", Map.of());
        });
    }

    private static Map<String, Double> measure(Options options, int waiting, int rounds) {
        try (Backlog backlog = new Backlog(options, waiting)) {
            System.gc();
            return backlog.measure(rounds);
        }
    }
}
