package io.jobq.memory;

import io.jobq.JobState;
import io.jobq.spi.StorageStats.QueueStats;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One queue: a line per place. Once made it stays, for there are few queues. */
final class QueueLines {
    final String name;
    /** Whether no claim gets a job of it. */
    boolean paused;

    private final Map<Place, Line> lines = new EnumMap<>(Place.class);
    private final LevelLine ready = new LevelLine();
    private final Map<String, Parking> parkings = new TreeMap<>();

    /** The parked jobs of a type: its number is their major key in the parked line. */
    private static final class Parking {
        final int number;
        int count;

        Parking(int number) {
            this.number = number;
        }
    }

    QueueLines(String name) {
        this.name = name;
        for (Place place : Place.values()) {
            lines.put(place, newLine(place));
        }
    }

    private Line newLine(Place place) {
        return switch (place) {
            case READY -> ready;
            case SCHEDULED, PARKED -> new TreeLine();
            case RUNNING, SUCCEEDED, DEAD, CANCELLED -> new RingLine();
        };
    }

    Line line(Place place) {
        return Objects.requireNonNull(lines.get(place));
    }

    void add(Entry entry, Place place, long major, long minor) {
        entry.place = place;
        entry.major = major;
        entry.minor = minor;
        line(place).add(entry);
    }

    void remove(Entry entry) {
        line(entry.place).remove(entry);
        if (entry.place == Place.PARKED) {
            parking(entry.job.type()).count--;
        }
    }

    void park(Entry entry) {
        Parking parking = parking(entry.job.type());
        parking.count++;
        add(entry, Place.PARKED, parking.number, entry.turn);
    }

    private Parking parking(String type) {
        Parking parking = parkings.get(type);
        if (parking == null) {
            parking = new Parking(parkings.size());
            parkings.put(type, parking);
        }
        return parking;
    }

    /** The parked job of a type that has waited longest; null when there is none. */
    @Nullable
    Entry firstParked(String type) {
        Parking parking = parkings.get(type);
        return parking == null || parking.count == 0
                ? null
                : line(Place.PARKED)
                        .after(new Position(parking.number, Long.MIN_VALUE))
                        .next();
    }

    void collectParkedTypes(Set<String> types) {
        parkings.forEach((type, parking) -> {
            if (parking.count > 0) {
                types.add(type);
            }
        });
    }

    boolean hasParked() {
        return !line(Place.PARKED).isEmpty();
    }

    QueueStats stats(long now) {
        Map<JobState, Long> counts = new EnumMap<>(JobState.class);
        lines.forEach((place, line) -> counts.merge(place.state, (long) line.size(), Long::sum));
        Map<String, Long> parked = new HashMap<>();
        parkings.forEach((type, parking) -> {
            if (parking.count > 0) {
                parked.put(type, (long) parking.count);
            }
        });
        return new QueueStats(counts, oldestReady(now), parked, paused);
    }

    /** Looks at the head of each level's line and of those who were put ahead of it. */
    private @Nullable Duration oldestReady(long now) {
        if (ready.isEmpty()) {
            return null;
        }
        long oldest = now;
        for (int major = 0; major < LevelLine.MAJORS; major++) {
            Entry head = ready.line(major).first();
            if (head != null) {
                oldest = Math.min(oldest, head.due);
            }
        }
        return Duration.ofMillis(now - oldest);
    }
}
