package io.jobq.benchmarks.chaos;

import io.jobq.benchmarks.UsageException;
import java.util.List;

/** All scenarios. */
final class Scenarios {
    private static final List<Scenario> ALL = List.of(
            new JobsScenario(),
            new LimitsScenario(),
            new UniqueScenario(),
            new IdempotencyScenario(),
            new SchedulesScenario());

    private Scenarios() {}

    static Scenario named(String name) {
        return ALL.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new UsageException("unknown scenario '" + name + "'; known: " + names()));
    }

    static String names() {
        return String.join(", ", ALL.stream().map(Scenario::name).toList());
    }
}
