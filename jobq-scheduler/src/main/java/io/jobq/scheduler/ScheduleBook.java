package io.jobq.scheduler;

import io.jobq.JobQException;
import io.jobq.scheduler.StoredSchedule.Status;
import io.jobq.scheduler.StoredSchedule.Terms;
import io.jobq.spi.Guard;
import io.jobq.spi.Registry;
import io.jobq.spi.Registry.Entry;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Changes schedules, from any process, each by comparing versions. A new schedule's progress is stored before the schedule, and a
 * deleted one's is removed after it, so a schedule that is there has a progress.
 */
final class ScheduleBook {
    private static final int TRIES = 50;

    private final Registry registry;

    ScheduleBook(Registry registry) {
        this.registry = registry;
    }

    /** A schedule and the version of its entry. */
    record Versioned(StoredSchedule schedule, long version) {
        static Versioned of(Entry entry) {
            return new Versioned(StoredSchedule.of(entry), entry.version());
        }
    }

    /** A schedule that is not deleted. */
    Optional<StoredSchedule> find(String name) {
        return registry.find(StoredSchedule.KIND, name)
                .map(StoredSchedule::of)
                .filter(schedule -> !schedule.isDeleted());
    }

    /** All that are not deleted and can be read here, by name. */
    List<StoredSchedule> all() {
        return registry.list(StoredSchedule.KIND).stream()
                .flatMap(ScheduleBook::readable)
                .filter(schedule -> !schedule.isDeleted())
                .toList();
    }

    private static Stream<StoredSchedule> readable(Entry entry) {
        try {
            return Stream.of(StoredSchedule.of(entry));
        } catch (IllegalArgumentException ofAnotherRelease) {
            return Stream.empty();
        }
    }

    /** The progress of all schedules of a queue, by name. */
    Map<String, Progress> progress(String queue) {
        Map<String, Progress> all = new HashMap<>();
        registry.list(Guard.kind(queue)).forEach(entry -> all.put(entry.key(), Progress.parse(entry.json())));
        return all;
    }

    /** Lets the leader look at a schedule's progress again. */
    void touch(String name) {
        registry.find(StoredSchedule.KIND, name).ifPresent(entry -> registry.put(entry, entry.version(), null));
    }

    /**
     * What code says: stores the terms if code has said something else before, or nothing.
     *
     * @return whether anything was stored
     */
    boolean declare(String name, Terms terms) {
        String declared = fingerprint(terms);
        return update(name, old -> {
            if (old == null || old.isDeleted()) {
                return created(name, terms, declared);
            }
            return old.status().declared().equals(declared) ? old : changed(old, terms, declared);
        });
    }

    /** What an operator says: stores the terms, which stay until code says something new. */
    boolean change(String name, Terms terms) {
        return update(
                name,
                old -> changed(
                        present(name, old), terms, present(name, old).status().declared()));
    }

    /** Changes what is known about a schedule. */
    boolean edit(String name, UnaryOperator<Status> edit) {
        return update(
                name,
                old -> present(name, old).with(edit.apply(present(name, old).status())));
    }

    /** Deletes a schedule, if it is there; the leader removes its progress. */
    boolean delete(String name) {
        return update(name, old -> old == null ? null : old.with(old.status().gone()));
    }

    private static StoredSchedule present(String name, @Nullable StoredSchedule schedule) {
        if (schedule == null || schedule.isDeleted()) {
            throw new JobQException("there is no schedule '" + name + "'");
        }
        return schedule;
    }

    private StoredSchedule created(String name, Terms terms, String declared) {
        Instant now = registry.now();
        begin(terms.job().queue(), name, now);
        return new StoredSchedule(name, terms, Status.declared(declared, now));
    }

    /** A progress of its own, whatever a schedule of that name has left behind. */
    private void begin(String queue, String name, Instant now) {
        Entry fresh = new Entry(Guard.kind(queue), name, Progress.from(now).json(), 0);
        attempt(name, () -> {
            long version = registry.find(fresh.kind(), name).map(Entry::version).orElse(0L);
            return registry.put(fresh, version, null) ? Optional.of(true) : Optional.empty();
        });
    }

    private StoredSchedule changed(StoredSchedule old, Terms terms, String declared) {
        boolean sameTicks = old.terms().timetable().equals(terms.timetable());
        List<String> former = new ArrayList<>(old.status().former());
        former.add(old.queue());
        former.removeIf(terms.job().queue()::equals);
        Status status = new Status(
                sameTicks ? old.status().since() : registry.now(),
                declared,
                old.status().pausedSince(),
                former.stream().distinct().toList(),
                false);
        return new StoredSchedule(old.name(), terms, status);
    }

    private boolean update(String name, Function<@Nullable StoredSchedule, @Nullable StoredSchedule> change) {
        return attempt(name, () -> {
            Versioned old =
                    registry.find(StoredSchedule.KIND, name).map(Versioned::of).orElse(null);
            StoredSchedule next = change.apply(old == null ? null : old.schedule());
            if (next == null || (old != null && next.equals(old.schedule()))) {
                return Optional.of(false);
            }
            boolean stored = registry.put(next.entry(), old == null ? 0 : old.version(), null);
            return stored ? Optional.of(true) : Optional.empty();
        });
    }

    private interface Try<T> {
        Optional<T> run();
    }

    private static <T> T attempt(String name, Try<T> body) {
        for (int i = 0; i < TRIES; i++) {
            Optional<T> done = body.run();
            if (done.isPresent()) {
                return done.get();
            }
        }
        throw new JobQException("schedule '" + name + "' was changed by others " + TRIES
                + " times while it was to be changed here; try again");
    }

    private static String fingerprint(Terms terms) {
        byte[] json = Json.write(ScheduleForm.TermsForm.of(terms)).getBytes(StandardCharsets.UTF_8);
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(json), 0, 16);
        } catch (NoSuchAlgorithmException everyJvmHasIt) {
            throw new IllegalStateException(everyJvmHasIt);
        }
    }
}
