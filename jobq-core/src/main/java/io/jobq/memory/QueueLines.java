package io.jobq.memory;

import io.jobq.JobState;
import io.jobq.Priority;
import io.jobq.spi.StorageStats.QueueStats;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The jobs of one queue, a line per place. */
final class QueueLines {
    final String name;
    private final Map<Place, Line> lines = new EnumMap<>(Place.class);
    /** How many jobs of each type are parked; types without any are absent. */
    final Map<String, Long> parked = new HashMap<>();

    QueueLines(String name) {
        this.name = name;
        for (Place place : Place.values()) {
            lines.put(place, new Line());
        }
    }

    Line at(Place place) {
        return Objects.requireNonNull(lines.get(place));
    }

    /** The places as states, parked jobs counted as ready. */
    QueueStats stats(Instant now) {
        Map<JobState, Long> counts = new EnumMap<>(JobState.class);
        for (Place place : Place.values()) {
            counts.merge(place.state, (long) at(place).size(), Long::sum);
        }
        Entry oldest = oldestReady();
        Duration age = oldest == null ? null : Duration.between(oldest.due, now);
        return new QueueStats(counts, age != null && age.isNegative() ? Duration.ZERO : age, parked);
    }

    private @Nullable Entry oldestReady() {
        Entry oldest = null;
        Entry first = at(Place.READY).first();
        for (int level = 0; level < Priority.LEVELS && first != null; level++) {
            if (oldest == null || first.due.isBefore(oldest.due)) {
                oldest = first;
            }
            first = at(Place.READY).after(first.major, Long.MAX_VALUE);
        }
        return oldest;
    }
}
