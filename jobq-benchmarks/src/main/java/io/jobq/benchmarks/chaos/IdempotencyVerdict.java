package io.jobq.benchmarks.chaos;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whether each effect is on record once, by what the store itself holds. Other effects of a key are excused if their process
 * was killed before the store had answered, or if a later run of the same job has overtaken them.
 *
 * @param wrong records and deliveries that do not fit the effects
 * @param unexcused effects that are not on record and should not have been
 * @param excused how many effects the contract allows beside those on record
 */
record IdempotencyVerdict(List<String> wrong, List<String> unexcused, long excused) {
    private static final Pattern COMPLETED =
            Pattern.compile("\\{\"state\":\"completed\",\"job\":\"([^\"]+)\",\"token\":(\\d+),[^}]*} (.*)");

    /**
     * A job that was delivered.
     *
     * @param result as it is stored; null for none
     */
    record Delivery(String job, String key, @Nullable String result) {}

    private record Hold(String job, long token) {}

    /**
     * Judges.
     *
     * @param deliveries by job
     * @param records what the store holds, by key, as docs/redis-layout.md describes it
     */
    static IdempotencyVerdict of(List<Event> events, Map<String, Delivery> deliveries, Map<String, String> records) {
        List<String> wrong = new ArrayList<>();
        List<Event> others = new ArrayList<>();
        Map<String, List<Event>> effects = effects(events, deliveries);
        for (Map.Entry<String, List<Event>> each : effects.entrySet()) {
            Matcher record = COMPLETED.matcher(records.getOrDefault(each.getKey(), ""));
            if (!record.matches()) {
                wrong.add(each.getKey() + " has no record of a completed run");
                continue;
            }
            List<Event> recorded = each.getValue().stream()
                    .filter(effect -> isOnRecord(effect, record))
                    .toList();
            if (recorded.size() != 1) {
                wrong.add(record.group() + " is the record of " + recorded.size() + " effects");
            }
            others.addAll(each.getValue());
            others.removeAll(recorded);
        }
        wrong.addAll(wrongDeliveries(deliveries, effects, records));
        List<String> unexcused = unexcused(events, others);
        return new IdempotencyVerdict(wrong, unexcused, others.size() - unexcused.size());
    }

    private static Map<String, List<Event>> effects(List<Event> events, Map<String, Delivery> deliveries) {
        Map<String, List<Event>> effects = new TreeMap<>();
        for (Event event : events) {
            Delivery delivery = deliveries.get(event.job());
            if (delivery != null && (event.kind() == Event.Kind.EFFECT || event.kind() == Event.Kind.STALE)) {
                effects.computeIfAbsent(delivery.key(), key -> new ArrayList<>())
                        .add(event);
            }
        }
        return effects;
    }

    private static boolean isOnRecord(Event effect, Matcher record) {
        return effect.job().equals(record.group(1))
                && effect.token() == Long.parseLong(record.group(2))
                && ('"' + effect.run() + '"').equals(record.group(3));
    }

    private static List<String> wrongDeliveries(
            Map<String, Delivery> deliveries, Map<String, List<Event>> effects, Map<String, String> records) {
        List<String> wrong = new ArrayList<>();
        for (Delivery delivery : deliveries.values()) {
            Matcher record = COMPLETED.matcher(records.getOrDefault(delivery.key(), ""));
            if (!effects.containsKey(delivery.key())) {
                wrong.add(delivery + " has no effect at all");
            } else if (record.matches() && !record.group(3).equals(delivery.result())) {
                wrong.add(delivery + ", but on record is " + record.group());
            }
        }
        return wrong;
    }

    private static List<String> unexcused(List<Event> events, List<Event> others) {
        Set<String> killed = new HashSet<>();
        Set<Hold> answered = new HashSet<>();
        Map<String, Long> last = new HashMap<>();
        for (Event event : events) {
            switch (event.kind()) {
                case KILL -> killed.add(event.worker());
                case ANSWER -> answered.add(new Hold(event.job(), event.token()));
                case START -> last.merge(event.job(), event.token(), Math::max);
                default -> {}
            }
        }
        List<String> unexcused = new ArrayList<>();
        for (Event effect : others) {
            boolean hasDied =
                    killed.contains(effect.worker()) && !answered.contains(new Hold(effect.job(), effect.token()));
            boolean isOvertaken = last.getOrDefault(effect.job(), 0L) > effect.token();
            if (!hasDied && !isOvertaken) {
                unexcused.add(effect.toString());
            }
        }
        return unexcused;
    }
}
