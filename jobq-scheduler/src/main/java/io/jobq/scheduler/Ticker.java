package io.jobq.scheduler;

import io.jobq.JobId;
import io.jobq.scheduler.ScheduleRun.Result;
import io.jobq.spi.Due;
import io.jobq.spi.Guard;
import io.jobq.spi.InsertResult;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import io.jobq.spi.NewJob;
import io.jobq.spi.Registry;
import io.jobq.spi.Registry.Entry;
import io.jobq.spi.Storage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a scheduler does, round by round: leads or follows; reads what has changed; fires what is due. All times are by the
 * storage's clock. For one thread.
 */
final class Ticker {
    /** How soon changes by other processes are seen. */
    static final Duration FOLLOWS = Duration.ofMillis(400);
    /** How often it is looked what has become of runs. */
    static final Duration LOOKS_AT_RUNS = Duration.ofSeconds(1);

    private static final Logger log = LoggerFactory.getLogger(Ticker.class);
    private static final int AT_ONCE = 500;
    /** The result of a run is stored with the next tick if that is as soon as this, else by itself. */
    private static final Duration SOON = Duration.ofSeconds(5);
    /** So many are stored by themselves at a time; the others a little later, or with their next tick. */
    private static final int STORES_AT_ONCE = 50;

    private final Storage storage;
    private final Registry registry;
    private final Leadership leadership;
    private final SchedulerMetrics metrics;
    private final Outcomes outcomes;
    private final Agenda agenda = new Agenda();
    private final Roster roster;
    /** Schedules with unfinished runs, those longest not looked at first. */
    private final Set<String> running = new LinkedHashSet<>();

    private boolean loaded;
    private volatile boolean poked;
    private Instant nextFollow = Instant.MIN;
    private Instant nextLook = Instant.MIN;

    Ticker(Storage storage, Leadership leadership, SchedulerMetrics metrics) {
        this.storage = storage;
        this.registry = storage.registry();
        this.leadership = leadership;
        this.metrics = metrics;
        this.outcomes = new Outcomes(storage.admin());
        this.roster = new Roster(storage, agenda);
    }

    /** Something has been changed here, which need not wait until it would be seen. */
    void poke() {
        poked = true;
    }

    /**
     * One round.
     *
     * @return when to come again, at the latest
     */
    Wake round() {
        Instant now = registry.now();
        if (!leadership.hold(now)) {
            forget();
            return new Wake(now, leadership.nextLook());
        }
        try {
            follow(now);
            if (isTime(nextLook, now, LOOKS_AT_RUNS)) {
                lookAtRuns(now);
            }
            fire(now);
            return new Wake(now, nextRound());
        } catch (RuntimeException | Error unsure) {
            forget(); // what has taken effect is not known
            throw unsure;
        }
    }

    /** Lets another lead at once, and knows nothing any more. */
    void resign() {
        forget();
        leadership.release();
    }

    /** The storage's time, and when to come again. */
    record Wake(Instant now, Instant next) {}

    private void forget() {
        loaded = false;
        agenda.clear();
        running.clear();
        metrics.schedules(0);
    }

    private void follow(Instant now) {
        if (loaded && !poked && !isTime(nextFollow, now, FOLLOWS)) {
            return;
        }
        poked = false;
        if (loaded) {
            roster.follow(now).forEach(each -> watch(agenda.find(each.schedule().name())));
        } else {
            roster.load(now);
            agenda.all().forEach(this::watch);
            loaded = true;
        }
        metrics.schedules(agenda.all().size());
        nextFollow = now.plus(FOLLOWS);
    }

    /** Whether what is done every so often is to be done; also if the clock was put back. */
    private static boolean isTime(Instant next, Instant now, Duration every) {
        return !now.isBefore(next) || next.isAfter(now.plus(every));
    }

    private void watch(@Nullable Tracked tracked) {
        if (tracked != null && tracked.progress.isBusy()) {
            running.add(tracked.name);
        }
    }

    private Instant nextRound() {
        Instant first = leadership.nextLook();
        for (Instant each : new @Nullable Instant[] {nextFollow, agenda.next(), running.isEmpty() ? null : nextLook}) {
            first = each != null && each.isBefore(first) ? each : first;
        }
        return first;
    }

    private void lookAtRuns(Instant now) {
        nextLook = now.plus(LOOKS_AT_RUNS);
        List<String> names = running.stream().limit(AT_ONCE).toList();
        names.forEach(running::remove);
        List<Tracked> some = names.stream()
                .flatMap(name -> Stream.ofNullable(agenda.find(name)))
                .toList();
        Map<JobId, Result> results = results(some);
        int stores = 0;
        for (Tracked each : some) {
            Progress seen = each.progress.withResults(results);
            boolean changed = !seen.equals(each.progress);
            boolean soon = each.due != null && each.due.isBefore(now.plus(SOON));
            if (!changed || soon) {
                each.progress = seen;
            } else if (stores < STORES_AT_ONCE) {
                stores++;
                store(each, seen, now);
            }
            Tracked current = agenda.find(each.name);
            if (current == each && !seen.isBusy() && !seen.waiting().isEmpty() && !each.schedule.isPaused()) {
                agenda.put(each, now);
            }
            watch(current);
        }
        cancelReplaced(some); // whoever was to do it may have died
    }

    private Map<JobId, Result> results(List<Tracked> some) {
        Map<String, List<JobId>> open = new HashMap<>();
        some.forEach(each -> open.computeIfAbsent(each.schedule.queue(), none -> new ArrayList<>())
                .addAll(each.progress.open()));
        Map<JobId, Result> results = new HashMap<>();
        open.forEach((queue, ids) -> results.putAll(outcomes.of(queue, ids)));
        return results;
    }

    private void store(Tracked tracked, Progress changed, Instant now) {
        Entry entry = new Entry(Guard.kind(tracked.schedule.queue()), tracked.name, changed.json(), 0);
        if (registry.put(entry, tracked.guard, null)) {
            tracked.guard++;
            tracked.progress = changed;
        } else {
            roster.refresh(tracked.name, now);
        }
    }

    private void fire(Instant now) {
        List<Tracked> due = agenda.due(now, AT_ONCE);
        Map<JobId, Result> results = results(due.stream()
                .filter(each -> each.schedule.terms().overlap() != Overlap.ALLOW)
                .toList());
        List<Firing> firings = new ArrayList<>();
        for (Tracked each : due) {
            each.progress = each.progress.withResults(results);
            plan(each, now).ifPresent(firings::add);
        }
        Set<Tracked> outdated = insert(firings);
        for (Firing each : firings) {
            if (outdated.contains(each.tracked())) {
                roster.refresh(each.tracked().name, now);
                watch(agenda.find(each.tracked().name));
            } else {
                conclude(each, now);
            }
        }
        cancelReplaced(firings.stream().map(Firing::tracked).toList());
    }

    /** One schedule must not keep the others from ticking, whatever is wrong with it. */
    private Optional<Firing> plan(Tracked tracked, Instant now) {
        try {
            return Optional.of(Firing.of(tracked, Plan.of(tracked.schedule, tracked.progress, now)));
        } catch (RuntimeException broken) {
            log.error("schedule '{}' does not tick any more, until it is changed", tracked.name, broken);
            agenda.put(tracked, null);
            return Optional.empty();
        }
    }

    /** What a later tick replaces is cancelled when that tick's job is stored: nobody is replaced by a job that was refused. */
    private void cancelReplaced(List<Tracked> some) {
        Set<JobId> replaced = new LinkedHashSet<>();
        some.stream()
                .filter(each -> each.schedule.terms().overlap() == Overlap.REPLACE)
                .forEach(each -> replaced.addAll(each.progress.replaced()));
        if (!replaced.isEmpty()) {
            JobFilter filter = JobFilter.ALL.withIds(replaced);
            JobAction cancel = new JobAction.Cancel("replaced by its schedule's next tick");
            @Nullable String cursor = null;
            do {
                cursor = storage.admin().apply(filter, cancel, cursor, AT_ONCE).next();
            } while (cursor != null);
        }
    }

    /**
     * Inserts a job of each at a time, since nobody may come between one that was refused and the next. Returns those of which one was
     * refused.
     */
    private Set<Tracked> insert(List<Firing> firings) {
        Set<Tracked> outdated = new HashSet<>();
        List<Firing> left = withJob(firings, 0);
        for (int i = 0; !left.isEmpty(); i++) {
            int at = i;
            List<InsertResult> results = storage.jobs()
                    .insert(left.stream().map(each -> each.jobs().get(at)).toList());
            for (int each = 0; each < results.size(); each++) {
                if (results.get(each) instanceof InsertResult.Outdated) {
                    outdated.add(left.get(each).tracked());
                }
            }
            left = withJob(left, i + 1);
            left.removeIf(each -> outdated.contains(each.tracked()));
        }
        return outdated;
    }

    private static List<Firing> withJob(List<Firing> firings, int index) {
        return new ArrayList<>(
                firings.stream().filter(each -> each.jobs().size() > index).toList());
    }

    private void conclude(Firing firing, Instant now) {
        Tracked tracked = firing.tracked();
        metrics.fired(firing, now);
        tracked.guard += firing.jobs().size();
        if (firing.jobs().isEmpty() && !firing.reached().equals(tracked.progress)) {
            store(tracked, firing.reached(), now);
        } else {
            tracked.progress = firing.reached();
        }
        Tracked current = agenda.find(tracked.name);
        if (current == tracked && !roster.removeIfOver(tracked, now)) {
            Instant dealtWith =
                    firing.reached().last().isAfter(now) ? firing.reached().last() : now;
            agenda.put(tracked, Roster.nextLook(tracked, dealtWith));
        }
        watch(current);
    }

    /**
     * The jobs of a plan, each under the guard that the one before leaves; only the last says that all is done, since others may come
     * between.
     */
    record Firing(Tracked tracked, Plan plan, List<NewJob> jobs, Progress reached) {
        static Firing of(Tracked tracked, Plan plan) {
            StoredSchedule schedule = tracked.schedule;
            List<NewJob> jobs = new ArrayList<>();
            Progress progress = tracked.progress;
            long version = tracked.guard;
            for (Instant tick : plan.fire()) {
                Instant start = schedule.terms().timetable().startOf(tracked.name, tick);
                Due due = start.equals(tick) ? Due.In.NOW : new Due.At(start);
                NewJob job = schedule.terms().job().job(tracked.name, tick, due);
                boolean isLast = jobs.size() == plan.fire().size() - 1;
                Progress then = isLast ? plan.progress().withRuns(progress.runs()) : progress.fired(tick);
                progress = then.withRun(
                        new ScheduleRun(tick, job.id(), Result.UNFINISHED, false),
                        schedule.terms().overlap());
                jobs.add(job.withGuard(new Guard(tracked.name, version++, progress.json())));
            }
            return new Firing(tracked, plan, jobs, jobs.isEmpty() ? plan.progress() : progress);
        }
    }
}
