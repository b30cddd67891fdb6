package io.jobq.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.examples.TextTable.Column;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables that fit, and rates. */
class TextTableTest {
    private static TextTable workers() {
        TextTable table = new TextTable(
                Column.text("worker", 0),
                Column.text("host:pid", 2),
                Column.number("done", 1),
                Column.text("status", 0),
                Column.text("last seen", 0));
        table.add(
                "critical-0a1b2c3d", "ip-10-20-30-40.eu-central-1.compute.internal:14289", 1234567, "up", "0.3 s ago");
        table.add("bulk-4e5f6a7b", "ip-10-20-30-41.eu-central-1.compute.internal:7", 8, "silent", "12.0 s ago");
        return table;
    }

    @ParameterizedTest
    @ValueSource(ints = {40, 50, 60, 70, 80, 100, 200})
    void noRowIsTooWideAndWhatMattersStays(int width) {
        List<String> lines = workers().lines(width);
        assertThat(lines).hasSize(3).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(width));
        assertThat(lines.get(1)).contains("up", "0.3 s ago");
        assertThat(lines.get(2)).contains("silent", "12.0 s ago");
    }

    @Test
    void longTextsAreShortenedBeforeColumnsGo() {
        assertThat(workers().lines(70))
                .containsExactly(
                        "worker             host:pid                   done  status  last seen",
                        "critical-0a1b2c3d  ip-10-20-30-40.eu-cen…  1234567  up      0.3 s ago",
                        "bulk-4e5f6a7b      ip-10-20-30-41.eu-cen…        8  silent  12.0 s ago");
        assertThat(workers().lines(48).get(0)).isEqualTo("worker                done  status  last seen");
    }

    @Test
    void rowsEndWhereTheyEnd() {
        assertThat(workers().lines(200).get(2))
                .isEqualTo("bulk-4e5f6a7b      ip-10-20-30-41.eu-central-1.compute.internal:7"
                        + "            8  silent  12.0 s ago");
    }

    @Test
    void ratesAreThoseOfTheLastHalfMinute() {
        Rates rates = new Rates();
        Instant start = Instant.EPOCH;
        assertThat(rates.perSecond("a", 100, start)).isEmpty();
        assertThat(rates.perSecond("a", 150, start.plusSeconds(10))).hasValue(5);
        assertThat(rates.perSecond("a", 150, start.plusSeconds(10))).hasValue(5);
        assertThat(rates.perSecond("b", 1, start.plusSeconds(10))).isEmpty();
        assertThat(rates.perSecond("a", 150, start.plusSeconds(39))).hasValue(0);
        assertThat(rates.perSecond("a", 130, start.plusSeconds(49))).hasValue(-2);
    }
}
