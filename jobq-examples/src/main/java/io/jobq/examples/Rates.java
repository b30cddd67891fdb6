package io.jobq.examples;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;

/** How fast numbers change, each over its last half minute. For one thread. */
final class Rates {
    private static final Duration SPAN = Duration.ofSeconds(30);

    private record Sample(Instant at, long value) {}

    private final Map<String, Deque<Sample>> samples = new HashMap<>();

    /** Notes what a number is, and returns by how much it changes per second; empty if it has not been seen for a second yet. */
    OptionalDouble perSecond(String name, long value, Instant at) {
        Deque<Sample> known = samples.computeIfAbsent(name, first -> new ArrayDeque<>());
        if (known.isEmpty() || known.getLast().at().isBefore(at)) {
            known.addLast(new Sample(at, value));
        }
        while (known.getFirst().at().plus(SPAN).isBefore(at)) {
            known.removeFirst();
        }
        Sample first = known.getFirst();
        Sample last = known.getLast();
        double seconds = Duration.between(first.at(), last.at()).toMillis() / 1e3;
        return seconds < 1 ? OptionalDouble.empty() : OptionalDouble.of((last.value() - first.value()) / seconds);
    }
}
