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
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Changes schedules, from any process, each by comparing versions. A new schedule's progress is stored before the schedule, and a
 * deleted one's is removed after it, so a schedule that is there has a progress.
 */
final class ScheduleBook {
    private static final int TRIES = 50;
    /** How long another process may take to store a schedule after its progress. */
    private static final Duration JUST = Duration.ofMinutes(1);

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
        registry.list(Guard.kind(queue))
                .forEach(entry -> progress(entry).ifPresent(progress -> all.put(entry.key(), progress)));
        return all;
    }

    private static Optional<Progress> progress(Entry guard) {
        try {
            return Optional.of(Progress.parse(guard.json()));
        } catch (IllegalArgumentException ofAnotherRelease) {
            return Optional.empty();
        }
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
        return attempt(name, () -> {
            Optional<Entry> guard = registry.find(Guard.kind(terms.job().queue()), name);
            Versioned old = stored(name); // after the guard, which is somebody else's then if that has changed since
            if (old == null || old.schedule().isDeleted()) {
                return create(name, terms, declared, guard, old);
            }
            boolean same = old.schedule().status().declared().equals(declared);
            return replace(old, same ? old.schedule() : changed(old.schedule(), terms, declared));
        });
    }

    /** What an operator says: stores the terms, which stay until code says something new. */
    boolean change(String name, Terms terms) {
        return update(name, old -> changed(old, terms, old.status().declared()));
    }

    /** Changes what is known about a schedule. */
    boolean edit(String name, UnaryOperator<Status> edit) {
        return update(name, old -> old.with(edit.apply(old.status())));
    }

    /** Deletes a schedule, if it is there; the leader removes its progress. */
    boolean delete(String name) {
        return attempt(name, () -> {
            Versioned old = stored(name);
            return old == null
                    ? Optional.of(false)
                    : replace(old, old.schedule().with(old.schedule().status().gone()));
        });
    }

    /** Begins a progress, whatever a schedule of that name has left behind, and then stores the schedule. */
    private Optional<Boolean> create(
            String name, Terms terms, String declared, Optional<Entry> left, @Nullable Versioned deleted) {
        Instant now = registry.now();
        Entry fresh = new Entry(
                Guard.kind(terms.job().queue()), name, begun(left, now).json(), 0);
        if (!registry.put(fresh, left.map(Entry::version).orElse(0L), null)) {
            return Optional.empty();
        }
        List<String> former = deleted == null ? List.of() : former(deleted.schedule(), terms);
        Status status = Status.declared(declared, now).movedFrom(former);
        boolean stored = registry.put(
                new StoredSchedule(name, terms, status).entry(), deleted == null ? 0 : deleted.version(), null);
        return stored ? Optional.of(true) : Optional.empty();
    }

    /** What another process may have begun just now for the same schedule is as good: no tick since is lost then. */
    private static Progress begun(Optional<Entry> left, Instant now) {
        return left.flatMap(ScheduleBook::progress)
                .filter(Progress::isFresh)
                .filter(progress -> !progress.last().isBefore(now.minus(JUST))
                        && !progress.last().isAfter(now))
                .orElse(Progress.from(now));
    }

    private StoredSchedule changed(StoredSchedule old, Terms terms, String declared) {
        boolean sameTicks = old.terms().timetable().equals(terms.timetable());
        Instant since = sameTicks ? old.status().since() : registry.now();
        Status status = new Status(since, declared, old.status().pausedSince(), former(old, terms), false);
        return new StoredSchedule(old.name(), terms, status);
    }

    private static List<String> former(StoredSchedule old, Terms terms) {
        return Stream.concat(old.status().former().stream(), Stream.of(old.queue()))
                .filter(queue -> !queue.equals(terms.job().queue()))
                .distinct()
                .toList();
    }

    private @Nullable Versioned stored(String name) {
        return registry.find(StoredSchedule.KIND, name).map(Versioned::of).orElse(null);
    }

    private boolean update(String name, UnaryOperator<StoredSchedule> change) {
        return attempt(name, () -> {
            Versioned old = stored(name);
            if (old == null || old.schedule().isDeleted()) {
                throw new JobQException("there is no schedule '" + name + "'");
            }
            return replace(old, change.apply(old.schedule()));
        });
    }

    /** Whether there was anything to store; empty if another was faster. */
    private Optional<Boolean> replace(Versioned old, StoredSchedule next) {
        if (next.equals(old.schedule())) {
            return Optional.of(false);
        }
        return registry.put(next.entry(), old.version(), null) ? Optional.of(true) : Optional.empty();
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
