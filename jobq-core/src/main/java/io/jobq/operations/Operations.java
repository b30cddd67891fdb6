package io.jobq.operations;

import io.jobq.JobId;
import io.jobq.JobQ;
import io.jobq.JobState;
import io.jobq.Priority;
import io.jobq.WorkerInfo;
import io.jobq.WorkerOptions;
import io.jobq.limits.Limits;
import io.jobq.spi.Applied;
import io.jobq.spi.Due;
import io.jobq.spi.DurationText;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobAdmin;
import io.jobq.spi.JobFilter;
import io.jobq.spi.Page;
import io.jobq.spi.Payload;
import io.jobq.spi.Rule.Target;
import io.jobq.spi.Storage;
import io.jobq.spi.StorageStats.QueueStats;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What an operator does to jobs, queues and workers, from any process on the storage, whether or not it runs workers. Everything
 * that changes something is written down in the {@linkplain #audit() audit list} before it is done, and again with how many
 * jobs it has changed.
 *
 * <p>Every call does a bounded amount of work, whatever the backlog: bulk actions and counts go on from where they are when
 * they are told to. All of them may be repeated. Thread-safe; a view that holds nothing. Nulls are rejected, and a storage
 * that does not answer is a {@link io.jobq.spi.StorageException}, after which a repetition finds out what was done.
 *
 * <pre>{@code
 * Operations ops = Operations.of(jobq.storage(), "ada");
 * ops.pause("mail");
 * JobFilter refused = JobFilter.ALL.withStates(JobState.DEAD).withType("charge");
 * JobAction replay = new JobAction.Replay(null);
 * System.out.println(ops.count(refused, replay) + " jobs");
 * Bulk bulk = ops.begin(refused, replay);
 * while (!bulk.isComplete()) {
 *     System.out.println(bulk.done() + " so far");
 *     bulk = ops.goOn(bulk);
 * }
 * }</pre>
 */
public final class Operations {
    /** Jobs that one call changes or lists at most. */
    private static final int PAGE = 200;

    private static final int PAGES_COUNTED = 5;
    private static final int LONGEST_NAME = 200;
    private static final int WORKERS_NAMED = 20;

    private final Storage storage;
    private final JobAdmin admin;
    private final AuditLog audit;
    private final BulkLog bulks;
    private final WorkerRegistry workers;
    private final Inquiry inquiry;

    private Operations(Storage storage, String who, InstantSource clock) {
        this.storage = storage;
        this.admin = storage.admin();
        this.audit = new AuditLog(storage.registry(), who, clock);
        this.bulks = new BulkLog(storage.registry());
        this.workers = new WorkerRegistry(storage.registry());
        this.inquiry = new Inquiry(admin, workers);
    }

    /**
     * The jobs and queues of a storage, for an operator.
     *
     * @param who the operator's name, for the audit list: 1 to 200 characters, none of them control characters
     */
    public static Operations of(Storage storage, String who) {
        return of(storage, who, InstantSource.system());
    }

    /** As {@link #of(Storage, String)}, with the clock that the audit list's times are of. */
    public static Operations of(Storage storage, String who, InstantSource clock) {
        return new Operations(storage, requireName(who), Objects.requireNonNull(clock, "clock"));
    }

    /** As {@link #of(Storage, String)}, for the storage of a system. */
    public static Operations of(JobQ jobq, String who) {
        return of(jobq.storage(), who);
    }

    private static String requireName(String who) {
        if (who.isBlank() || who.length() > LONGEST_NAME || who.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("an operator's name must have 1 to " + LONGEST_NAME
                    + " characters, not be blank and hold no control characters, but has " + who.length()
                    + " characters: '"
                    + who.substring(0, Math.min(40, who.length())).replaceAll("\\p{Cntrl}", "?")
                    + "'");
        }
        return who;
    }

    // ---- one job; false: there is none, or the action does not fit it

    /** Does something to one job. */
    public boolean apply(JobId id, JobAction action) {
        JobFilter one = JobFilter.ALL.withIds(Set.of(id));
        requireNames(action);
        AuditEntry entry = audit.begin(Wording.of(action), Wording.of(id));
        int count = admin.apply(one, action, null, 1).count();
        audit.update(entry.progressed(count, true));
        return count > 0;
    }

    /** Cancels a job: a waiting one at once; a running one is stopped by its worker within a second. */
    public boolean cancel(JobId id, String reason) {
        return apply(id, new JobAction.Cancel(reason));
    }

    /** Deletes a job that is not running. */
    public boolean delete(JobId id) {
        return apply(id, new JobAction.Delete());
    }

    /** Makes a finished job ready again as attempt 1. */
    public boolean replay(JobId id) {
        return apply(id, new JobAction.Replay(null));
    }

    /** Makes a scheduled job, or one that waits for its next attempt, ready now. */
    public boolean runNow(JobId id) {
        return apply(id, new JobAction.RunNow());
    }

    /** Lets a waiting job wait until an instant of the storage's clock. */
    public boolean reschedule(JobId id, Instant due) {
        return apply(id, new JobAction.Reschedule(new Due.At(due)));
    }

    /** Lets a waiting job wait for a while from now, zero or more. */
    public boolean reschedule(JobId id, Duration delay) {
        return apply(id, new JobAction.Reschedule(new Due.In(delay)));
    }

    /** Puts a waiting job into another queue. */
    public boolean move(JobId id, String queue) {
        return apply(id, new JobAction.Move(queue));
    }

    /** Puts a waiting job into another line of its queue. */
    public boolean changePriority(JobId id, Priority priority) {
        return apply(id, new JobAction.ChangePriority(priority));
    }

    /** Gives a job that is not running another payload, encoded as its type's payloads are. */
    public boolean editPayload(JobId id, Payload payload) {
        return apply(id, new JobAction.EditPayload(payload));
    }

    // ---- many jobs

    /**
     * Counts what an action would meet, without doing it. At once and complete if the filter names only states and a queue;
     * else it looks at about a thousand jobs and says {@linkplain Count#isComplete() whether these were all}.
     */
    public Count count(JobFilter filter, JobAction action) {
        action.requireFor(filter);
        JobFilter fitting = fitting(filter, action);
        if (fitting == null) {
            return new Count(filter, action, 0, null);
        } else if (JobFilter.ALL
                .withStates(array(fitting))
                .withQueue(filter.queue())
                .equals(fitting)) {
            return new Count(filter, action, sum(fitting), null);
        }
        return count(new Count(filter, action, 0, null), fitting);
    }

    /** Counts on; a complete count is returned as it is. */
    public Count goOn(Count count) {
        JobFilter fitting = fitting(count.filter(), count.action());
        return count.isComplete() || fitting == null ? count : count(count, fitting);
    }

    private Count count(Count from, JobFilter fitting) {
        long jobs = from.jobs();
        String cursor = from.cursor();
        for (int i = 0; i < PAGES_COUNTED; i++) {
            Page page = admin.list(fitting, cursor, PAGE);
            jobs += page.jobs().size();
            cursor = page.next();
            if (cursor == null) {
                break;
            }
        }
        return new Count(from.filter(), from.action(), jobs, cursor);
    }

    private long sum(JobFilter fitting) {
        long jobs = 0;
        for (Map.Entry<String, QueueStats> queue : admin.stats().queues().entrySet()) {
            if (fitting.queue() == null || fitting.queue().equals(queue.getKey())) {
                jobs += fitting.states().stream()
                        .mapToLong(queue.getValue()::count)
                        .sum();
            }
        }
        return jobs;
    }

    /** Only the states that the action may fit; null if none are left. */
    private static @Nullable JobFilter fitting(JobFilter filter, JobAction action) {
        Set<JobState> states = EnumSet.copyOf(action.fits());
        if (!filter.states().isEmpty()) {
            states.retainAll(filter.states());
        }
        return states.isEmpty() ? null : filter.withStates(states.toArray(JobState[]::new));
    }

    private static JobState[] array(JobFilter filter) {
        return filter.states().toArray(JobState[]::new);
    }

    /**
     * Begins to do something to every job that matches: does it to the first 200 at most, and says how far it has come. It
     * is one entry of the audit list, however many calls it takes. What is not complete then is kept in the storage: see
     * {@link #unfinished()}.
     *
     * @throws IllegalArgumentException if the action is for one job only and the filter does not name one
     */
    public Bulk begin(JobFilter filter, JobAction action) {
        action.requireFor(filter);
        requireNames(action);
        return goOn(filter, action, audit.begin(Wording.of(action), Wording.of(filter)), null);
    }

    /** Does it to the next 200 at most; one that is complete is returned as it is. */
    public Bulk goOn(Bulk bulk) {
        return bulk.isComplete() ? bulk : goOn(bulk.filter(), bulk.action(), bulk.entry(), bulk.cursor());
    }

    private Bulk goOn(JobFilter filter, JobAction action, AuditEntry entry, @Nullable String cursor) {
        JobFilter fitting = fitting(filter, action);
        Applied applied = fitting == null ? new Applied(0, null) : admin.apply(fitting, action, cursor, PAGE);
        AuditEntry now = entry.progressed(applied.count(), applied.next() == null);
        audit.update(now);
        Bulk bulk = new Bulk(filter, action, now, applied.next());
        if (cursor != null || !bulk.isComplete()) {
            bulks.update(bulk);
        }
        return bulk;
    }

    /**
     * The bulk actions of all operators that are not complete, newest first, as far as they have come: those that somebody goes
     * on with, those that were stopped, and those whose process has died. {@link #goOn(Bulk)} takes one up, in any process: what
     * was changed already is not changed again. They are forgotten a week after their last step.
     */
    public List<Bulk> unfinished() {
        return bulks.list();
    }

    /**
     * Takes a bulk action off the {@linkplain #unfinished() list} for good; what it has done stays done, and its entry in the audit
     * list incomplete. Who still goes on with it puts it back.
     *
     * @return false if it was not on the list
     */
    public boolean giveUp(Bulk bulk) {
        AuditEntry begun = bulk.entry();
        AuditEntry entry = audit.begin("give up", Wording.shortened(begun.number() + ": " + begun.action()));
        boolean given = bulks.remove(bulk);
        audit.update(entry.progressed(0, true));
        return given;
    }

    /**
     * Does something to every job that matches, to the end or until told to stop.
     *
     * @param goesOn is told after every 200 jobs at most how far it has come, and answers false to stop there
     * @return how far it has come; {@link #goOn} takes it up again
     */
    public Bulk run(JobFilter filter, JobAction action, Predicate<Bulk> goesOn) {
        Bulk bulk = begin(filter, action);
        while (!bulk.isComplete() && goesOn.test(bulk)) {
            bulk = goOn(bulk);
        }
        return bulk;
    }

    /** Rejects a queue that no worker could name. */
    private static void requireNames(JobAction action) {
        if (action instanceof JobAction.Move move) {
            requireQueue(move.queue());
        } else if (action instanceof JobAction.Replay replay && replay.queue() != null) {
            requireQueue(replay.queue());
        }
    }

    /** Worker options know what may name a queue. */
    private static String requireQueue(String queue) {
        WorkerOptions.DEFAULT.queue(queue, 1);
        return queue;
    }

    // ---- queues

    /**
     * Pauses a queue: no worker gets a job of it until it is told to {@linkplain #resume go on}, whatever restarts
     * meanwhile. Jobs that run, or have been claimed for the next free slot, go on. A queue may be paused before its first
     * job.
     *
     * @return false if it was paused already
     */
    public boolean pause(String queue) {
        return pause(queue, true);
    }

    /** Lets a queue go on, and wakes the workers that wait for its jobs. Returns false if it was not paused. */
    public boolean resume(String queue) {
        return pause(queue, false);
    }

    private boolean pause(String queue, boolean paused) {
        AuditEntry entry = audit.begin(paused ? "pause" : "resume", Wording.ofQueue(requireQueue(queue)));
        boolean changed = admin.pause(queue, paused);
        audit.update(entry.progressed(0, true));
        return changed;
    }

    /**
     * Pauses a type in a queue: no worker gets a job of it until it is told to {@linkplain #resumeType go on}. What runs goes
     * on, and so do the queue's other jobs.
     */
    public void pauseType(String queue, String type) {
        onLimits(queue, "pause", Target.TYPE, type, limits -> limits.pauseType(type));
    }

    /** Lets a type go on, under the limit that it has. */
    public void resumeType(String queue, String type) {
        onLimits(queue, "resume", Target.TYPE, type, limits -> limits.resumeType(type));
    }

    /** As {@link #pauseType}, for the jobs of a tenant. */
    public void pauseTenant(String queue, String tenant) {
        onLimits(queue, "pause", Target.TENANT, tenant, limits -> limits.pauseTenant(tenant));
    }

    /** Lets a tenant go on, under the limit that it has. */
    public void resumeTenant(String queue, String tenant) {
        onLimits(queue, "resume", Target.TENANT, tenant, limits -> limits.resumeTenant(tenant));
    }

    /**
     * The limits of a queue, for an operator: each rule that is changed through them is an entry of the audit list. {@link
     * Limits#of(Storage, String)}, which programs use to declare theirs when they start, writes nothing down.
     */
    public Limits limits(String queue) {
        return Limits.of(new RecordedStorage(storage, this::record), requireQueue(queue));
    }

    private void onLimits(String queue, String action, Target target, String name, Consumer<Limits> change) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("to " + action + " a type or tenant, give its name; nothing was done");
        }
        Limits unrecorded = Limits.of(storage, requireQueue(queue));
        record(action, Wording.of(queue, target, name), () -> change.accept(unrecorded));
    }

    private void record(String action, String target, Runnable change) {
        AuditEntry entry = audit.begin(action, target);
        change.run();
        audit.update(entry.progressed(0, true));
    }

    /**
     * Begins to delete every job of a queue that is not running, finished ones included; {@link #goOn} goes on. There is no
     * way back.
     *
     * @param queue the queue
     * @param confirmation the queue's name once more, as the operator has typed it
     * @throws IllegalArgumentException if the two differ, or the storage has no such queue; nothing is deleted then
     */
    public Bulk purge(String queue, String confirmation) {
        if (!queue.equals(confirmation)) {
            throw new IllegalArgumentException("to purge queue '" + queue + "', confirm with its name; '" + confirmation
                    + "' is not its name, and nothing was deleted");
        }
        Set<String> known = new TreeSet<>(admin.stats().queues().keySet());
        if (!known.contains(queue)) {
            throw new IllegalArgumentException("there is no queue '" + queue + "' to purge; there are " + known);
        }
        return begin(JobFilter.ALL.withQueue(queue), new JobAction.Delete());
    }

    // ---- workers, by their id; they obey within a second, or an order is forgotten after a minute

    /** The workers of every system on the storage that have given a sign of life within their lease time. */
    public List<WorkerInfo> workers() {
        return workers.workers();
    }

    /**
     * Tells a worker to claim no more, and to finish what it has. There is no way back but a new worker.
     *
     * @throws IllegalArgumentException if there is no such worker
     */
    public void quiet(String worker) {
        order(worker, "quiet", new WorkerOrder(null, true, null));
    }

    /**
     * Tells a worker to stop as {@link io.jobq.Worker#stop} does; its process lives on. A worker that stops already does so
     * by the earlier of the two times.
     *
     * @param patience how long it waits for running jobs before it interrupts them, up to a day
     * @throws IllegalArgumentException if there is no such worker
     */
    public void stop(String worker, Duration patience) {
        order(worker, "stop within " + DurationText.of(patience), new WorkerOrder(null, true, patience));
    }

    /**
     * Gives a worker another number of slots, until it is started anew.
     *
     * @param slots 1 to 10,000
     * @throws IllegalArgumentException if there is no such worker
     */
    public void concurrency(String worker, int slots) {
        order(worker, "concurrency " + slots, new WorkerOrder(slots, false, null));
    }

    private void order(String worker, String action, WorkerOrder order) {
        List<String> live = workers().stream().map(WorkerInfo::id).toList();
        if (!live.contains(Objects.requireNonNull(worker, "worker"))) {
            throw new IllegalArgumentException(
                    "there is no live worker '" + Wording.shortened(worker) + "'; " + live.size() + " are: "
                            + live.stream().limit(WORKERS_NAMED).toList());
        }
        record(action, "worker '" + worker + "'", () -> workers.order(worker, order));
    }

    // ---- why, and what was done

    /**
     * Why a job is not running, or what became of it. Looks at no more than the first hundred jobs of a line, and is a
     * moment old when it answers; changes nothing, so it is not written down.
     */
    public Explanation explain(JobId id) {
        return inquiry.about(Objects.requireNonNull(id, "id"));
    }

    /**
     * The last 1,000 actions of all operators on this storage, newest first; older ones are forgotten. An action is what was
     * done by an {@code Operations}, by the {@link #limits} of one, or by a {@link io.jobq.dlq.DeadLetterQueue} that knows who
     * uses it. What programs do by themselves is none: limits that they declare, and dead letters that they replay.
     */
    public List<AuditEntry> audit() {
        return audit.list();
    }
}
