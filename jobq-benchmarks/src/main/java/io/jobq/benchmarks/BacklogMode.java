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
        try (Backlog atFew = new Backlog(options, few);
                Backlog atMany = new Backlog(options, many)) {
            System.gc();
            alternate(atFew, atMany, warmup);
            atFew.reset();
            atMany.reset();
            alternate(atFew, atMany, rounds);
            Map<String, Double> costs = atMany.micros();
            atFew.micros().forEach((call, micros) -> {
                double cost = costs.getOrDefault(call, 0.0);
                results.print(call + "_us_per_job", micros, "us", Map.of("waiting", few));
                results.print(call + "_us_per_job", cost, "us", Map.of("waiting", many));
                results.print(call + "_ratio", cost / micros, "ratio", Map.of());
            });
        }
    }

    /** In turns, so that whatever else the machine does disturbs both alike. */
    private static void alternate(Backlog few, Backlog many, int rounds) {
        for (int round = 0; round < rounds; round++) {
            few.round();
            many.round();
        }
    }
}
