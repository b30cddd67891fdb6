package io.jobq.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TableTest {
    private static final Metric RATE = Metric.more("drain, jobs/s", "rate");
    private static final Metric LATENCY = Metric.less("start, ms", "p50_ms");
    private static final Metric LOST = Metric.neither("lost", "lost");
    private static final String US = "JobQ";
    private static final String THEM = "Other";

    private final Results results = new Results();

    @Test
    void aRatioSaysHowManyTimesBetterOursIs() {
        add(RATE, US, 12_000, 10_000, 90_000);
        add(RATE, THEM, 4_000);
        add(LATENCY, US, 0.5);
        add(LATENCY, THEM, 6);
        assertThat(table(RATE, LATENCY)).isEqualTo("""
                        | | settings | JobQ | Other |
                        |---|---|---|---|
                        | drain, jobs/s | best | 12,000 | 4,000 (3×) |
                        | start, ms | best | 0.50 | 6 (12×) |

                        JobQ is behind nowhere in this table.
                        """);
    }

    @Test
    void whereOursIsBehindIsBoldAndListedWorstFirst() {
        add(RATE, US, 900);
        add(RATE, THEM, 1_000);
        add(LATENCY, US, 40);
        add(LATENCY, THEM, 10);
        assertThat(table(RATE, LATENCY))
                .contains("| 1,000 (**0.90×**) |", "| 10 (**0.25×**) |")
                .endsWith("""

                        Where JobQ is behind:

                        - start, ms, best: JobQ 40, Other 10, which is 0.25×
                        - drain, jobs/s, best: JobQ 900, Other 1,000, which is 0.90×
                        """);
    }

    @Test
    void whatIsMissingHasItsReasonOnce() {
        add(RATE, US, 900);
        results.add(RATE, Settings.BEST, THEM, Outcome.missing("node is not on the PATH"));
        results.add(LATENCY, Settings.BEST, THEM, Outcome.missing("node is not on the PATH"));
        assertThat(table(RATE, LATENCY))
                .contains(
                        "| drain, jobs/s | best | 900 | n/a (1) |",
                        "| start, ms | best | n/a (2) | n/a (1) |",
                        "\n(1) node is not on the PATH\n",
                        "\n(2) not measured\n")
                .doesNotContain("×", "behind");
    }

    @Test
    void whatCantBeComparedHasNoRatio() {
        add(LOST, US, 0);
        add(LOST, THEM, 3);
        add(LATENCY, US, 0);
        add(LATENCY, THEM, 3);
        assertThat(table(LOST, LATENCY)).contains("| lost | best | 0 | 3 |", "| start, ms | best | 0 | 3 |");
    }

    @Test
    void numbersHaveThreeDigitsOrMore() {
        assertThat(List.of(0.0123, 0.5, 9.876, 12.34, 123.4, 70_123.4))
                .extracting(Table::number)
                .containsExactly("0.01", "0.50", "9.88", "12.3", "123", "70,123");
    }

    private void add(Metric metric, String peer, double... values) {
        for (double value : values) {
            results.add(metric, Settings.BEST, peer, Outcome.of(Map.of(metric.figure(), value)));
        }
    }

    private String table(Metric... metrics) {
        return new Table(results, List.of(US, THEM), List.of(Settings.BEST)).print(List.of(metrics));
    }
}
