package io.jobq.benchmarks.chaos;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.HdrHistogram.Histogram;

/**
 * Whether every tick became one job, and none too early, by what the storage holds.
 *
 * @param lateness milliseconds from a tick to its job
 */
record SchedulesVerdict(
        List<String> missing, List<String> doubled, List<String> early, List<String> undue, Histogram lateness) {
    /** A job of a schedule, and when the storage took it, by its clock. */
    record Firing(String job, String schedule, Instant tick, Instant stored) {}

    /**
     * Judges.
     *
     * @param expected the ticks that there must be, by schedule
     */
    static SchedulesVerdict of(Map<String, List<Instant>> expected, List<Firing> firings) {
        Map<String, Set<Instant>> due = new HashMap<>();
        expected.forEach((schedule, ticks) -> due.put(schedule, new HashSet<>(ticks)));
        Map<String, Set<Instant>> left = new HashMap<>();
        expected.forEach((schedule, ticks) -> left.put(schedule, new HashSet<>(ticks)));
        SchedulesVerdict verdict = new SchedulesVerdict(
                new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new Histogram(3));
        for (Firing firing : firings) {
            if (!due.getOrDefault(firing.schedule(), Set.of()).contains(firing.tick())) {
                verdict.undue.add(firing.toString());
            } else if (!left.getOrDefault(firing.schedule(), Set.of()).remove(firing.tick())) {
                verdict.doubled.add(firing.toString());
            }
            Duration late = Duration.between(firing.tick(), firing.stored());
            if (late.isNegative()) {
                verdict.early.add(firing.toString());
            }
            verdict.lateness.recordValue(Math.max(0, late.toMillis()));
        }
        left.forEach((schedule, ticks) -> ticks.forEach(tick -> verdict.missing.add(schedule + " at " + tick)));
        return verdict;
    }

    /** How often the leader was hit by a fault: it is named just before it is. */
    static long leadersHit(List<Event> events) {
        long hit = 0;
        String leader = "";
        for (Event event : events) {
            boolean isFault = event.kind() == Event.Kind.KILL || event.kind() == Event.Kind.PAUSE;
            hit += isFault && event.worker().equals(leader) ? 1 : 0;
            leader = event.kind() == Event.Kind.LEAD ? event.worker() : isFault ? "" : leader;
        }
        return hit;
    }
}
