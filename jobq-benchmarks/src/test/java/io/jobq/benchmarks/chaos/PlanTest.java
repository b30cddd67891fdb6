package io.jobq.benchmarks.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PlanTest {
    private static List<Plan.Step> plan(long seed) {
        return Plan.of(
                new SplittableRandom(seed), Duration.ofSeconds(100), Map.of(Plan.Fault.KILL, 5, Plan.Fault.CUT, 3));
    }

    @Test
    void hasAsManyFaultsAsAreWantedInOrderWithinTheTime() {
        List<Plan.Step> plan = plan(1);

        assertThat(plan).filteredOn(step -> step.fault() == Plan.Fault.KILL).hasSize(5);
        assertThat(plan).filteredOn(step -> step.fault() == Plan.Fault.CUT).hasSize(3);
        assertThat(plan)
                .hasSize(8)
                .extracting(Plan.Step::at)
                .isSorted()
                .allSatisfy(at -> assertThat(at).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(95)));
    }

    @Test
    void repeatsItselfWithTheSameSeed() {
        assertThat(plan(7)).isEqualTo(plan(7)).isNotEqualTo(plan(8));
    }
}
