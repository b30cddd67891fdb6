package io.jobq.benchmarks.chaos;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Whether a unique key ever had two live jobs. */
final class UniqueVerdict {
    /**
     * A job's life, by the storage's clock, in whole milliseconds.
     *
     * @param to when it finished; {@link Long#MAX_VALUE} if it has not
     */
    record Life(String job, String key, long from, long to) {}

    private UniqueVerdict() {}

    /** Jobs that were stored before another of their key had finished, by what the storage says of them. */
    static List<String> overlaps(Map<String, Life> lives) {
        List<String> overlaps = new ArrayList<>();
        byKey(lives).values().forEach(own -> {
            Life last = own.get(0);
            for (Life life : own.subList(1, own.size())) {
                if (life.from < last.to) {
                    overlaps.add(life + " beside " + last);
                }
                last = life.to > last.to ? life : last;
            }
        });
        return overlaps;
    }

    private static Map<String, List<Life>> byKey(Map<String, Life> lives) {
        return lives.values().stream()
                .sorted(Comparator.comparingLong(Life::from).thenComparingLong(Life::to))
                .collect(Collectors.groupingBy(Life::key));
    }

    /**
     * Jobs that were seen to run while another of their key ran, by the order in which Redis saw it: from a job's first start
     * to the end of the run that had it last, it lives.
     */
    static List<String> runningTogether(List<Event> events, Map<String, Life> lives) {
        Map<String, Long> last = new HashMap<>();
        for (Event event : events) {
            if (event.kind() == Event.Kind.START) {
                last.merge(event.job(), event.token(), Math::max);
            }
        }
        Map<String, String> running = new LinkedHashMap<>();
        Map<String, Boolean> done = new HashMap<>();
        List<String> together = new ArrayList<>();
        for (Event event : events) {
            Life life = lives.get(event.job());
            if (life == null) {
                continue;
            }
            if (event.kind() == Event.Kind.START && !done.containsKey(life.job)) {
                String other = running.putIfAbsent(life.key, life.job);
                if (other != null && !other.equals(life.job)) {
                    together.add(event + " while " + other + " runs, both of " + life.key);
                }
            } else if (event.kind() == Event.Kind.EFFECT && event.token() == last.getOrDefault(life.job, 0L)) {
                done.put(life.job, true);
                running.remove(life.key, life.job);
            }
        }
        return together;
    }
}
