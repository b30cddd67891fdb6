package io.jobq.benchmarks.peers;

import java.util.Map;

/**
 * What came of a trial.
 *
 * @param figures by name
 * @param reason why others are missing; empty if none is
 */
record Outcome(Map<String, Double> figures, String reason) {
    static Outcome of(Map<String, Double> figures) {
        return new Outcome(figures, "");
    }

    static Outcome missing(String reason) {
        return new Outcome(Map.of(), reason);
    }
}
