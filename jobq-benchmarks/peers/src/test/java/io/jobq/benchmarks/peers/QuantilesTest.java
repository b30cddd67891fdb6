package io.jobq.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class QuantilesTest {
    @Test
    void theMedianIsInTheMiddle() {
        assertThat(Quantiles.median(List.of(9.0, 1.0, 4.0))).isEqualTo(4);
        assertThat(Quantiles.median(List.of(9.0, 1.0, 4.0, 5.0))).isEqualTo(4.5);
        assertThat(Quantiles.median(List.of(7.0))).isEqualTo(7);
    }

    @Test
    void aPercentileIsOneOfTheValues() {
        List<Double> hundred =
                IntStream.rangeClosed(1, 100).mapToObj(i -> (double) (101 - i)).toList();
        assertThat(Quantiles.percentile(hundred, 0.99)).isEqualTo(99);
        assertThat(Quantiles.percentile(hundred, 0.5)).isEqualTo(50);
        assertThat(Quantiles.percentile(List.of(3.0), 0.99)).isEqualTo(3);
        assertThat(Quantiles.percentile(List.of(3.0, 8.0), 0.99)).isEqualTo(8);
    }

    @Test
    void nothingHasNoMedian() {
        assertThatThrownBy(() -> Quantiles.median(List.of())).isInstanceOf(IllegalArgumentException.class);
    }
}
