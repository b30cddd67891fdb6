package io.jobq.benchmarks.chaos;

import io.jobq.JobState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.HdrHistogram.Histogram;

/**
 * What a history tells.
 *
 * @param lost accepted jobs that have not ended well: without an effect or an answer, or not succeeded in the storage
 * @param stale runs that held a job no more and whose end the storage took all the same, or two runs with one token
 * @param duplicates jobs whose handler was started more than once, which is allowed
 * @param settled accepted jobs that have ended well
 * @param recovery milliseconds from a fault to the next start of each job that ran on the victim
 */
record Verdict(Set<String> lost, List<Event> stale, long duplicates, long settled, Histogram recovery) {
    /** A hold on a job. */
    private record Hold(String job, long token) {}

    /**
     * Judges.
     *
     * @param accepted the jobs whose enqueue has returned
     * @param stored the jobs that the storage still has; retention has deleted the others
     */
    static Verdict of(Set<String> accepted, Map<String, JobState> stored, List<Event> events) {
        Set<String> lost = new HashSet<>(accepted);
        for (Event event : events) {
            boolean isEnd = event.kind() == Event.Kind.EFFECT || event.kind() == Event.Kind.ANSWER;
            if (isEnd && stored.getOrDefault(event.job(), JobState.SUCCEEDED) == JobState.SUCCEEDED) {
                lost.remove(event.job());
            }
        }
        return new Verdict(lost, stale(events), duplicates(events), accepted.size() - lost.size(), recovery(events));
    }

    private static List<Event> stale(List<Event> events) {
        List<Event> stale = new ArrayList<>(unrefused(events));
        Map<Hold, String> runs = new HashMap<>();
        for (Event event : events) {
            if (event.kind() == Event.Kind.START) {
                String other = runs.putIfAbsent(hold(event), event.run());
                if (other != null && !other.equals(event.run())) {
                    stale.add(event);
                }
            }
        }
        return stale;
    }

    /** Stale runs that the storage has not refused; the answer to a worker that was killed is not known. */
    private static Collection<Event> unrefused(List<Event> events) {
        Set<String> killed = new HashSet<>();
        Set<Hold> refused = new HashSet<>();
        Map<Hold, Event> late = new LinkedHashMap<>();
        for (Event event : events) {
            switch (event.kind()) {
                case STALE -> late.put(hold(event), event);
                case LOST -> refused.add(hold(event));
                case KILL -> killed.add(event.worker());
                case START, EFFECT, PAUSE, ANSWER, ACCEPT, CHANGE, CHANGED, LEAD -> {}
            }
        }
        late.values().removeIf(event -> refused.contains(hold(event)) || killed.contains(event.worker()));
        return late.values();
    }

    private static long duplicates(List<Event> events) {
        Map<String, Integer> starts = new HashMap<>();
        for (Event event : events) {
            if (event.kind() == Event.Kind.START) {
                starts.merge(event.job(), 1, Integer::sum);
            }
        }
        return starts.values().stream().filter(count -> count > 1).count();
    }

    private static Histogram recovery(List<Event> events) {
        Histogram millis = new Histogram(3);
        Map<Hold, Event> running = new LinkedHashMap<>();
        Map<String, Event> victims = new HashMap<>();
        for (Event event : events) {
            switch (event.kind()) {
                case START -> {
                    running.put(hold(event), event);
                    Event fault = victims.remove(event.job());
                    if (fault != null) {
                        millis.recordValue(Math.max(0, event.millis() - fault.millis()));
                    }
                }
                case EFFECT, STALE, LOST -> running.remove(hold(event));
                case KILL, PAUSE ->
                    running.values().stream()
                            .filter(run -> run.worker().equals(event.worker()))
                            .forEach(run -> victims.putIfAbsent(run.job(), event));
                case ANSWER, ACCEPT, CHANGE, CHANGED, LEAD -> {}
            }
        }
        return millis;
    }

    private static Hold hold(Event event) {
        return new Hold(event.job(), event.token());
    }
}
