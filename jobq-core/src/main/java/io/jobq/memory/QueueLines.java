package io.jobq.memory;

import io.jobq.JobState;
import io.jobq.spi.StorageStats.Holding;
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
    private boolean paused;

    private final Map<Place, Line> lines = new EnumMap<>(Place.class);
    private final LevelLine ready = new LevelLine();
    private final Map<String, Parking> parkings = new TreeMap<>();
    /** Who decides what may start; null while the queue has never had a rule. */
    private @Nullable Admission admission;

    private boolean used;

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
            case SCHEDULED, PARKED, ASIDE -> new TreeLine();
            case RUNNING, SUCCEEDED, DEAD, CANCELLED -> new RingLine();
        };
    }

    Line line(Place place) {
        return Objects.requireNonNull(lines.get(place));
    }

    void add(Entry entry, Place place, long major, long minor) {
        used = true;
        entry.place = place;
        entry.major = major;
        entry.minor = minor;
        line(place).add(entry);
    }

    void remove(Entry entry) {
        line(entry.place).remove(entry);
        if (entry.place == Place.PARKED) {
            parking(entry.job.type()).count--;
        } else if (entry.gate != null && admission != null) {
            admission.left(entry);
        }
    }

    /** To the end of its level. */
    void join(Entry entry) {
        String tenant = entry.job.options().tenant();
        add(entry, Place.READY, ready.joining(entry.level(), tenant, weight(entry)), entry.turn);
    }

    /** Where the turn of its tenant is, or that of all who have none. */
    void joinAgain(Entry entry) {
        String tenant = entry.job.options().tenant();
        add(entry, Place.READY, ready.returning(entry.level(), tenant, weight(entry)), entry.turn);
    }

    /** How the tenant of a job shares with others. */
    int weight(Entry entry) {
        String tenant = entry.job.options().tenant();
        return admission == null || tenant == null ? 1 : admission.rules.weight(tenant);
    }

    /** Takes the first ready job that may start out of its line; null when there is none. */
    @Nullable
    Entry pollReady(long now) {
        return admission == null || admission.isIdle() ? ready.poll(now) : admission.next();
    }

    /** How its levels share it. */
    LevelShares levels() {
        return ready.levels();
    }

    /** Takes the next ready job out of its line, whether or not it may start. */
    @Nullable
    Entry pollAny(long now) {
        return ready.poll(now);
    }

    @Nullable
    Admission admission() {
        return admission;
    }

    /** Where its rules are, from now on if not before. */
    Admission ruled() {
        Admission ruled = admission;
        if (ruled == null) {
            ruled = new Admission(this);
            admission = ruled;
        }
        return ruled;
    }

    boolean isPaused() {
        return paused;
    }

    /** Gives no jobs from now on, or does again. */
    void pause(boolean pausing) {
        used = true;
        paused = pausing;
    }

    /** Whether it ever had a job or was paused, and not only rules. */
    boolean isUsed() {
        return used;
    }

    /** Whether a worker that asks may get a job, or hear when. */
    boolean isWorthAsking() {
        return !ready.isEmpty() && (admission == null || !admission.isFull());
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
        Holding holding = admission == null ? Holding.NONE : admission.holding(now);
        return new QueueStats(counts, oldestReady(now), parked, paused, holding);
    }

    /** Looks at the head of each lane; among tenants, that is whoever is next. */
    private @Nullable Duration oldestReady(long now) {
        if (ready.isEmpty()) {
            return null;
        }
        long oldest = now;
        for (int lane = 0; lane < LevelLine.LANES; lane++) {
            Entry head = ready.lane(lane).first();
            if (head != null) {
                oldest = Math.min(oldest, head.due);
            }
        }
        return Duration.ofMillis(now - oldest);
    }
}
