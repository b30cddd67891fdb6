package io.jobq.benchmarks.peers;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** What all trials have brought. */
final class Results {
    private static final String NOT_TRIED = "not measured";

    private final Map<Place, List<Double>> values = new HashMap<>();
    private final Map<Place, String> reasons = new HashMap<>();

    /** Adds what a trial has brought for a metric. */
    void add(Metric metric, Settings settings, String peer, Outcome outcome) {
        Place place = new Place(metric, settings, peer);
        Double value = outcome.figures().get(metric.figure());
        if (value == null) {
            reasons.putIfAbsent(place, outcome.reason());
        } else {
            values.computeIfAbsent(place, none -> new ArrayList<>()).add(value);
        }
    }

    /** The median of all rounds; empty if there is no figure. */
    OptionalDouble median(Metric metric, Settings settings, String peer) {
        List<Double> all = values.get(new Place(metric, settings, peer));
        return all == null ? OptionalDouble.empty() : OptionalDouble.of(Quantiles.median(all));
    }

    /** Why there is no figure. */
    String reason(Metric metric, Settings settings, String peer) {
        return reasons.getOrDefault(new Place(metric, settings, peer), NOT_TRIED);
    }

    /** Whether it was tried, and can't be measured. */
    boolean isGivenUp(Metric metric, Settings settings, String peer) {
        return reasons.containsKey(new Place(metric, settings, peer));
    }

    private record Place(Metric metric, Settings settings, String peer) {}
}
