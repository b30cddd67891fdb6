package io.jobq.scheduler;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The leader's schedules, by name and by when to look at them next: O(log n) each. For one thread. */
final class Agenda {
    private final Map<String, Tracked> byName = new HashMap<>();
    private final TreeSet<Tracked> byDue =
            new TreeSet<>(Comparator.comparing((Tracked each) -> each.due == null ? Instant.MAX : each.due)
                    .thenComparing(each -> each.name));

    void clear() {
        byName.clear();
        byDue.clear();
    }

    Collection<Tracked> all() {
        return byName.values();
    }

    @Nullable
    Tracked find(String name) {
        return byName.get(name);
    }

    /**
     * Adds a schedule, in the place of one of the same name, or moves it.
     *
     * @param due when to look at it; null for not at all
     */
    void put(Tracked tracked, @Nullable Instant due) {
        remove(tracked.name);
        tracked.due = due;
        byName.put(tracked.name, tracked);
        if (due != null) {
            byDue.add(tracked);
        }
    }

    void remove(String name) {
        Tracked old = byName.remove(name);
        if (old != null && old.due != null) {
            byDue.remove(old);
        }
    }

    /** The first schedules to be looked at by now, so many at most. They stay. */
    List<Tracked> due(Instant now, int most) {
        List<Tracked> due = new ArrayList<>();
        for (Tracked each : byDue) {
            if (due.size() == most || each.due == null || each.due.isAfter(now)) {
                break;
            }
            due.add(each);
        }
        return due;
    }

    /** When the first is to be looked at; null for never. */
    @Nullable
    Instant next() {
        return byDue.isEmpty() ? null : byDue.first().due;
    }
}
