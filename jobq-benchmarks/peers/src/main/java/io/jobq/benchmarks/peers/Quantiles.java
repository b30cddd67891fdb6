package io.jobq.benchmarks.peers;

import java.util.Collection;
import java.util.List;

/** Medians and percentiles of a few numbers. */
final class Quantiles {
    private Quantiles() {}

    /** The middle one, or the mean of the two in the middle. */
    static double median(Collection<Double> values) {
        List<Double> sorted = sorted(values);
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /** The smallest that at least this share of them do not exceed, 0 to 1. */
    static double percentile(Collection<Double> values, double share) {
        List<Double> sorted = sorted(values);
        int rank = (int) Math.ceil(share * sorted.size());
        return sorted.get(Math.max(rank, 1) - 1);
    }

    private static List<Double> sorted(Collection<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("there are no values");
        }
        return values.stream().sorted().toList();
    }
}
