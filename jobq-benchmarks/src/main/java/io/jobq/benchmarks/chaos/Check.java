package io.jobq.benchmarks.chaos;

import java.util.List;
import java.util.Map;

/**
 * A figure, and what is wrong with it.
 *
 * @param faults what must not be; empty if all is well
 */
record Check(String metric, long value, String unit, Map<String, ?> extra, List<String> faults) {
    /** So many faults. */
    static Check none(String metric, List<String> faults) {
        return new Check(metric, faults.size(), "faults", Map.of(), faults);
    }

    /** Only a figure. */
    static Check figure(String metric, long value, String unit) {
        return new Check(metric, value, unit, Map.of(), List.of());
    }
}
