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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes schedules, from any process, each by comparing versions. A new schedule's progress is stored before the schedule, and a
 * deleted one's is removed after it, so a schedule that is there has a progress.
 */
final class ScheduleBook {
    private static final Logger log = LoggerFactory.getLogger(ScheduleBook.class);
    private static final int TRIES = 50;
    /** How long another process may take to store a schedule after its progress. */
    private static final Duration JUST = Duration.ofMinutes(1);

    private final Registry registry;

    ScheduleBook(Registry registry) {
        this.registry = registry;
    }

    /**
     * What is remembered of what code says.
     *
     * @param fingerprint of all terms; the payload as it was before the codec, which may make other bytes of it each time
     * @param paused whether it is paused if it is new
     */
    record Declaration(String fingerprint, boolean paused) {
        static Declaration of(Terms terms, boolean paused) {
            return new Declaration(ScheduleBook.fingerprint(terms), paused);
        }
    }

    /** A schedule and the version of its entry. */
    record Versioned(StoredSchedule schedule, long version) {
        static Versioned of(Entry entry) {
            return new Versioned(StoredSchedule.of(entry), entry.version());
        }

        /** The same for who can do nothing without it. */
        static Versioned require(Entry entry) {
            try {
                return of(entry);
            } catch (IllegalArgumentException unreadable) {
                throw new JobQException(
                        "schedule '" + entry.key()
                                + "' can't be read: it was stored by another release, or is damaged; use"
                                + " that release, or delete it",
                        unreadable);
            }
        }
    }

    /** A schedule that is not deleted. */
    Optional<StoredSchedule> find(String name) {
        return registry.find(StoredSchedule.KIND, name)
                .map(entry -> Versioned.require(entry).schedule())
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

    /** The progress of one; empty if there is none that can be read. */
    Optional<Progress> progress(StoredSchedule schedule) {
        return registry.find(Guard.kind(schedule.queue()), schedule.name()).flatMap(ScheduleBook::progress);
    }

    static Optional<Progress> progress(Entry guard) {
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
    boolean declare(String name, Terms terms, Declaration said) {
        return attempt(name, () -> {
            Optional<Entry> guard = registry.find(Guard.kind(terms.job().queue()), name);
            Optional<Entry> entry =
                    registry.find(StoredSchedule.KIND, name); // after the guard: what changes then outdates it
            if (entry.isPresent() && readable(entry.get()).findAny().isEmpty()) {
                log.warn(
                        "schedule '{}' can't be read here, since another release has stored it; it is left as it is",
                        name);
                return Optional.of(false);
            }
            Versioned old = entry.map(Versioned::require).orElse(null);
            if (old == null || old.schedule().isDeleted()) {
                return create(name, terms, said, guard, old);
            }
            boolean same = old.schedule().status().declared().equals(said.fingerprint());
            return replace(old, same ? old.schedule() : changed(old.schedule(), terms, said.fingerprint()));
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

    /**
     * Deletes a schedule, if it is there; the leader removes its progress. One that cannot be read is removed at once, and its progress
     * as that of a schedule that nobody knows.
     */
    boolean delete(String name) {
        return attempt(name, () -> {
            Optional<Entry> entry = registry.find(StoredSchedule.KIND, name);
            if (entry.isEmpty()) {
                return Optional.of(false);
            }
            Optional<StoredSchedule> schedule =
                    entry.stream().flatMap(ScheduleBook::readable).findFirst();
            return schedule.isPresent()
                    ? replace(new Versioned(schedule.get(), entry.get().version()), gone(schedule.get()))
                    : Optional.of(registry.remove(
                                    StoredSchedule.KIND, name, entry.get().version()))
                            .filter(done -> done);
        });
    }

    private static StoredSchedule gone(StoredSchedule schedule) {
        return schedule.with(schedule.status().gone());
    }

    /** Begins a progress, whatever a schedule of that name has left behind, and then stores the schedule. */
    private Optional<Boolean> create(
            String name, Terms terms, Declaration said, Optional<Entry> left, @Nullable Versioned deleted) {
        Instant now = registry.now();
        Entry fresh = new Entry(
                Guard.kind(terms.job().queue()), name, begun(left, now).json(), 0);
        if (!registry.put(fresh, left.map(Entry::version).orElse(0L), null)) {
            return Optional.empty();
        }
        List<String> former = deleted == null ? List.of() : former(deleted.schedule(), terms);
        Status status = Status.declared(said.fingerprint(), now, said.paused()).movedFrom(former);
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
        return registry.find(StoredSchedule.KIND, name).map(Versioned::require).orElse(null);
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
        if (!registry.put(next.entry(), old.version(), null)) {
            return Optional.empty();
        }
        fence(old.schedule());
        return Optional.of(true);
    }

    /** Nobody may fire any more what was decided before a change: a leader may have been paused since then. */
    private void fence(StoredSchedule old) {
        attempt(old.name(), () -> {
            Optional<Entry> guard = registry.find(Guard.kind(old.queue()), old.name());
            boolean done =
                    guard.isEmpty() || registry.put(guard.get(), guard.get().version(), null);
            return done ? Optional.of(true) : Optional.empty();
        });
    }

    /** Something that must be done again if another was faster. */
    interface Try<T> {
        Optional<T> run();
    }

    /** Tries until it is done. */
    static <T> T attempt(String name, Try<T> body) {
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
