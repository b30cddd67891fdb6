package io.jobq.scheduler;

import io.jobq.scheduler.ScheduleBook.Versioned;
import io.jobq.spi.Guard;
import io.jobq.spi.Registry;
import io.jobq.spi.Registry.Changes;
import io.jobq.spi.Registry.Entry;
import io.jobq.spi.Storage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the leader's agenda like the registry, and brings to an end what others have begun there: removes what deleted
 * schedules have left, and takes the progress of a schedule along to another queue. Each step compares versions, so it may be
 * done by two leaders at once, and stop anywhere. For one thread.
 */
final class Roster {
    private static final Logger log = LoggerFactory.getLogger(Roster.class);
    /** From so many schedules of a queue on, all progress there is read together. */
    private static final int FEW = 1_000;
    /** A progress without a schedule may belong to one that is about to be stored. */
    private static final Duration ORPHANED_AFTER = Duration.ofHours(1);
    /** A schedule without further ticks is deleted then. */
    private static final Duration KEPT_AFTER_ITS_END = Duration.ofHours(24);

    private final Storage storage;
    private final Registry registry;
    private final Agenda agenda;
    /** Schedules with which a step has failed, since somebody else was at it. */
    private final Set<String> unfinished = new HashSet<>();

    /** Schedules that another release has stored; its leader will want to find their progress. */
    private final Set<String> unreadable = new HashSet<>();

    private long mark;

    Roster(Storage storage, Agenda agenda) {
        this.storage = storage;
        this.registry = storage.registry();
        this.agenda = agenda;
    }

    /** Reads everything anew. */
    void load(Instant now) {
        agenda.clear();
        unfinished.clear();
        unreadable.clear();
        mark = 0;
        List<Versioned> all = follow(now);
        removeOrphans(all, now);
    }

    /** Reads what has changed; returns it. */
    List<Versioned> follow(Instant now) {
        List<String> again = List.copyOf(unfinished);
        unfinished.clear();
        again.forEach(name -> refresh(name, now));
        Changes changes = registry.changes(StoredSchedule.KIND, mark);
        List<Versioned> changed = readable(changes.entries());
        Map<String, Map<String, Entry>> guards = guards(changed);
        for (Versioned each : changed) {
            String queue = each.schedule().queue();
            take(each, guards.getOrDefault(queue, Map.of()).get(each.schedule().name()), now);
        }
        mark = changes.mark();
        return changed;
    }

    /** What one process cannot read, another release perhaps can. */
    private List<Versioned> readable(List<Entry> entries) {
        List<Versioned> readable = new ArrayList<>();
        for (Entry entry : entries) {
            try {
                readable.add(Versioned.of(entry));
            } catch (IllegalArgumentException unusable) {
                drop(entry.key(), unusable);
            }
        }
        return readable;
    }

    private void drop(String name, IllegalArgumentException unusable) {
        unreadable.add(name);
        log.warn("schedule '{}' can't be read here and does not tick: {}", name, unusable.getMessage());
        agenda.remove(name);
    }

    private Map<String, Map<String, Entry>> guards(List<Versioned> schedules) {
        Map<String, List<String>> names = new HashMap<>();
        schedules.forEach(each -> names.computeIfAbsent(each.schedule().queue(), none -> new ArrayList<>())
                .add(each.schedule().name()));
        Map<String, Map<String, Entry>> guards = new HashMap<>();
        names.forEach((queue, some) -> guards.put(queue, guards(queue, some)));
        return guards;
    }

    private Map<String, Entry> guards(String queue, List<String> names) {
        Map<String, Entry> guards = new HashMap<>();
        if (mark == 0 || names.size() > FEW) {
            registry.list(Guard.kind(queue)).forEach(each -> guards.put(each.key(), each));
        } else {
            names.forEach(name -> guard(queue, name).ifPresent(each -> guards.put(name, each)));
        }
        return guards;
    }

    private Optional<Entry> guard(String queue, String name) {
        return registry.find(Guard.kind(queue), name);
    }

    /** Reads one schedule anew, since something has another version than was thought. */
    void refresh(String name, Instant now) {
        agenda.remove(name);
        List<Entry> stored = registry.find(StoredSchedule.KIND, name).stream().toList();
        for (Versioned each : readable(stored)) {
            take(each, guard(each.schedule().queue(), name).orElse(null), now);
        }
    }

    private void take(Versioned stored, @Nullable Entry guard, Instant now) {
        try {
            takeReadable(stored, guard, now);
        } catch (IllegalArgumentException unusable) {
            drop(stored.schedule().name(), unusable);
        }
    }

    private void takeReadable(Versioned stored, @Nullable Entry guard, Instant now) {
        StoredSchedule schedule = stored.schedule();
        if (schedule.isDeleted()) {
            agenda.remove(schedule.name());
            bury(stored);
        } else if (!schedule.status().former().isEmpty()) {
            bringAlong(stored, now);
        } else if (guard == null || Progress.parse(guard.json()).sealed()) {
            heal(stored, guard, now);
        } else {
            Tracked tracked = new Tracked(stored, guard);
            agenda.put(tracked, nextLook(tracked, tracked.progress.last()));
        }
    }

    /** When a schedule is to be looked at, if its ticks up to an instant have been dealt with. */
    static @Nullable Instant nextLook(Tracked tracked, Instant dealtWith) {
        StoredSchedule schedule = tracked.schedule;
        if (schedule.isPaused()) {
            return null;
        }
        Instant since = schedule.status().since();
        Instant after = dealtWith.isAfter(since) ? dealtWith : since;
        Instant next = schedule.terms().timetable().next(after).orElse(null);
        if (!tracked.progress.waiting().isEmpty()) {
            Instant soon = after.plus(Ticker.LOOKS_AT_RUNS);
            return next == null || soon.isBefore(next) ? soon : next;
        }
        return next == null ? end(tracked).plus(KEPT_AFTER_ITS_END) : next;
    }

    private static Instant end(Tracked tracked) {
        Instant last = tracked.progress.last();
        Instant since = tracked.schedule.status().since();
        return last.isAfter(since) ? last : since;
    }

    /** Deletes a schedule that has had its last tick long ago, unless something is still to be done. */
    boolean removeIfOver(Tracked tracked, Instant now) {
        boolean over = !now.isBefore(end(tracked).plus(KEPT_AFTER_ITS_END))
                && tracked.progress.waiting().isEmpty()
                && tracked.schedule.terms().timetable().next(end(tracked)).isEmpty();
        if (over) {
            agenda.remove(tracked.name);
            bury(new Versioned(tracked.schedule, tracked.version));
        }
        return over;
    }

    /** Removes the schedule first, so that none is ever without progress; who makes another meanwhile has begun a progress anew. */
    private void bury(Versioned stored) {
        StoredSchedule schedule = stored.schedule();
        Set<String> queues = new HashSet<>(schedule.status().former());
        queues.add(schedule.queue());
        List<Entry> left = new ArrayList<>();
        queues.forEach(queue -> guard(queue, schedule.name()).ifPresent(left::add));
        if (registry.remove(StoredSchedule.KIND, schedule.name(), stored.version())) {
            left.forEach(guard -> registry.remove(guard.kind(), guard.key(), guard.version()));
        }
    }

    /** Seals the progress in former queues, so that nobody fires there any more, and goes on with the latest of it. */
    private void bringAlong(Versioned stored, Instant now) {
        StoredSchedule schedule = stored.schedule();
        String name = schedule.name();
        agenda.remove(name);
        List<Entry> former = new ArrayList<>();
        Entry here = guard(schedule.queue(), name).orElse(null);
        Progress latest = here == null ? null : Progress.parse(here.json());
        for (String queue : schedule.status().former()) {
            Entry sealed = guard(queue, name).map(this::seal).orElse(null);
            if (sealed != null) {
                former.add(sealed);
                latest = later(latest, Progress.parse(sealed.json()));
            }
        }
        Progress next = (latest == null ? Progress.from(now) : latest).withSealed(false);
        Entry mine = new Entry(Guard.kind(schedule.queue()), name, next.json(), 0);
        boolean moved = registry.put(mine, here == null ? 0 : here.version(), null)
                && registry.put(
                        schedule.with(schedule.status().movedFrom(List.of())).entry(), stored.version(), null);
        if (moved) {
            former.forEach(each -> registry.remove(each.kind(), each.key(), each.version()));
        } else {
            unfinished.add(name);
        }
    }

    private @Nullable Entry seal(Entry guard) {
        Entry current = guard;
        while (current != null && !Progress.parse(current.json()).sealed()) {
            String sealed = Progress.parse(current.json()).withSealed(true).json();
            registry.put(new Entry(current.kind(), current.key(), sealed, 0), current.version(), null);
            current = registry.find(current.kind(), current.key()).orElse(null);
        }
        return current;
    }

    private static Progress later(@Nullable Progress one, Progress other) {
        return one == null || other.last().isAfter(one.last()) ? other : one;
    }

    /** A failover may have lost a progress. Whoever makes a new one must still find the schedule unchanged after it. */
    private void heal(Versioned stored, @Nullable Entry sealed, Instant now) {
        StoredSchedule schedule = stored.schedule();
        agenda.remove(schedule.name());
        Progress next = sealed == null
                ? Progress.from(now)
                : Progress.parse(sealed.json()).withSealed(false);
        Entry mine = new Entry(Guard.kind(schedule.queue()), schedule.name(), next.json(), 0);
        unfinished.add(schedule.name());
        if (registry.put(mine, sealed == null ? 0 : sealed.version(), null)
                && !registry.put(schedule.entry(), stored.version(), null)) {
            guard(schedule.queue(), schedule.name())
                    .filter(each -> each.json().equals(mine.json()))
                    .ifPresent(each -> registry.remove(each.kind(), each.key(), each.version()));
        }
    }

    private void removeOrphans(List<Versioned> all, Instant now) {
        Map<String, Set<String>> owned = new HashMap<>();
        storage.admin().stats().queues().keySet().forEach(queue -> owned.put(queue, new HashSet<>()));
        for (Versioned each : all) {
            StoredSchedule schedule = each.schedule();
            owned.computeIfAbsent(schedule.queue(), none -> new HashSet<>()).add(schedule.name());
            schedule.status()
                    .former()
                    .forEach(queue -> owned.computeIfAbsent(queue, none -> new HashSet<>())
                            .add(schedule.name()));
        }
        owned.forEach((queue, names) -> removeOrphans(queue, names, now));
    }

    private void removeOrphans(String queue, Set<String> names, Instant now) {
        for (Entry guard : registry.list(Guard.kind(queue))) {
            boolean owned = names.contains(guard.key()) || unreadable.contains(guard.key());
            if (!owned && isOld(guard, now)) {
                registry.remove(guard.kind(), guard.key(), guard.version());
            }
        }
    }

    private static boolean isOld(Entry guard, Instant now) {
        try {
            return Progress.parse(guard.json()).last().isBefore(now.minus(ORPHANED_AFTER));
        } catch (IllegalArgumentException ofAnotherRelease) {
            return false;
        }
    }
}
