package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.JobId;
import io.jobq.JobSnapshot.Progress;
import io.jobq.JobState;
import io.jobq.spi.Claim;
import io.jobq.spi.Due;
import io.jobq.spi.Exchange;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.Exchange.SettleResult;
import io.jobq.spi.InsertResult;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobAdmin;
import io.jobq.spi.JobFilter;
import io.jobq.spi.Lease;
import io.jobq.spi.NewJob;
import io.jobq.spi.RenewResult;
import io.jobq.spi.Report;
import io.jobq.spi.Retention;
import io.jobq.spi.Settlement;
import io.jobq.spi.SweepResult;
import io.jobq.spi.UniqueKey;
import io.jobq.spi.WorkerLease;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a storage should do, in the plainest way: one list, searched from end to end. It answers what is certain, and
 * where the SPI leaves a choice (who of two jobs that finished together is purged, say) it asks the storage what it
 * chose and checks that it was free to.
 */
final class StorageModel {
    /** How far a storage with a clock of its own may run ahead of the model, in milliseconds. */
    static final long DRIFT_AT_MOST = 4_000;

    final List<ModelJob> jobs = new ArrayList<>();
    final Set<String> queues = new TreeSet<>();
    final Set<String> paused = new HashSet<>();
    private ModelKeys keys = new ModelKeys();
    /** The greatest of each job, whatever the storage forgets. */
    private final Map<JobId, Long> tokens = new HashMap<>();

    private final Retention retention;
    private final JobAdmin admin;
    private final long start;
    private long now;
    private long joins;

    StorageModel(Retention retention, JobAdmin admin, long start) {
        this.retention = retention;
        this.admin = admin;
        this.start = start;
    }

    /** How far a clock is ahead of the model's. */
    long drift(Instant clock) {
        return clock.toEpochMilli() - start - now;
    }

    void pass(Duration time) {
        now += time.toMillis();
    }

    /** Remembers what is stored; returns what brings the model back to that. Time goes on, and names of queues stay. */
    Runnable remember() {
        List<ModelJob> stored = jobs.stream().map(ModelJob::copy).toList();
        Set<String> stopped = Set.copyOf(paused);
        ModelKeys held = keys.copy();
        return () -> {
            jobs.clear();
            stored.forEach(job -> jobs.add(job.copy()));
            paused.clear();
            paused.addAll(stopped);
            keys = held.copy();
        };
    }

    @Nullable
    ModelJob find(JobId id) {
        return first(j -> j.job.id().equals(id));
    }

    private @Nullable ModelJob first(Predicate<ModelJob> wanted) {
        for (ModelJob each : jobs) {
            if (wanted.test(each)) {
                return each;
            }
        }
        return null;
    }

    List<ModelJob> all(Predicate<ModelJob> wanted) {
        return jobs.stream().filter(wanted).toList();
    }

    List<InsertResult> insert(List<NewJob> added) {
        List<InsertResult> results = added.stream().map(this::insert).toList();
        settleTies();
        return results;
    }

    private InsertResult insert(NewJob job) {
        if (find(job.id()) != null) {
            return new InsertResult.Duplicate(job.id());
        }
        UniqueKey key = job.options().unique();
        ModelKeys.Hold hold = keys.holder(job.queue(), key, now);
        ModelJob holder = hold == null ? null : find(hold.id());
        if (key == null || hold == null) {
            add(job, Long.MAX_VALUE, Long.MAX_VALUE);
            return new InsertResult.Inserted(job.id());
        } else if (!key.replaces() || holder == null || !holder.isWaiting()) {
            return new InsertResult.Duplicate(hold.id());
        }
        end(holder, JobState.CANCELLED, "replaced by " + job.id());
        add(job, key.window() == null ? Long.MAX_VALUE : Math.max(now, holder.due), hold.end());
        return new InsertResult.Replaced(job.id(), hold.id());
    }

    private void add(NewJob job, long dueAtMost, long window) {
        ModelJob added = new ModelJob(job);
        added.stored = now;
        jobs.add(added);
        queues.add(job.queue());
        keys.take(added, window, now);
        await(added, Math.min(wait(job.options().due()), dueAtMost - now));
    }

    private long wait(Due due) {
        return due instanceof Due.In in
                ? in.delay().toMillis()
                : ((Due.At) due).instant().toEpochMilli() - start - now;
    }

    /** Half a second is nothing: storages with a clock of their own drift from the model's. */
    private void await(ModelJob job, long wait) {
        job.ahead = false;
        job.jumbled = false;
        job.due = now + Math.max(0, wait);
        job.state = wait > 500 ? JobState.SCHEDULED : JobState.READY;
        job.joined = ++joins;
    }

    private void giveBack(ModelJob job) {
        job.state = JobState.READY;
        job.parked = false;
        job.ahead = true;
    }

    private void end(ModelJob job, JobState state, @Nullable String reason) {
        if (state == JobState.CANCELLED) {
            keys.free(job);
        } else {
            keys.finished(job);
        }
        job.state = state;
        job.parked = false;
        job.reason = reason;
        job.cancelReason = null;
        job.finished = now;
    }

    /** Purges what is too many, after asking which of those that finished together are still stored. */
    private void settleTies() {
        for (String queue : queues) {
            for (JobState state : JobState.values()) {
                if (state.isFinal()) {
                    settleTies(all(j -> j.queue.equals(queue) && j.state == state), state);
                }
            }
        }
    }

    private void settleTies(List<ModelJob> same, JobState state) {
        int surplus = same.size() - (state == JobState.DEAD ? retention.dead() : retention.succeeded());
        if (surplus <= 0) {
            return;
        }
        // a sweep may have purged more of them by age, which are the oldest too
        List<ModelJob> purged = same.stream()
                .filter(j -> admin.find(j.job.id()).isEmpty())
                .sorted(Comparator.comparingLong(j -> j.finished))
                .limit(surplus)
                .toList();
        assertThat(purged).as("jobs purged of %s", state).hasSize(surplus);
        jobs.removeAll(purged);
        for (ModelJob gone : purged) {
            assertThat(same).noneMatch(kept -> jobs.contains(kept) && kept.isBefore(gone));
        }
    }

    /** Follows an exchange and fails if its answer could not be. */
    void exchanged(List<Settlement> done, Claim want, Exchange answer) {
        assertThat(answer.settled()).hasSameSizeAs(done);
        for (int i = 0; i < done.size(); i++) {
            assertSettled(done.get(i), answer.settled().get(i));
        }
        settleTies();
        List<String> named = want.shares().stream().map(Claim.Share::queue).toList();
        named.forEach(this::promote);
        all(j -> j.parked && named.contains(j.queue) && want.knows().contains(j.job.type()))
                .forEach(this::giveBack);
        assertThat(answer.claimed().stream().map(c -> c.job().queue()).toList())
                .as("queues of the claimed jobs")
                .isEqualTo(turns(want));
        answer.claimed().forEach(claimed -> claim(claimed, want.worker()));
        assertThat(answer.parked())
                .as("parked types")
                .isEqualTo(typesOf(all(j -> j.parked && named.contains(j.queue))));
        assertNextDue(answer.nextDue(), named);
    }

    /** A repeat may be lost if its job was purged earlier in the same call, or has been moved to another queue since. */
    private void assertSettled(Settlement settlement, SettleResult answered) {
        JobId id = settlement.lease().job();
        SettleResult expected = settle(settlement);
        boolean isWhereItWas = admin.find(id)
                .filter(job -> job.queue().equals(settlement.lease().queue()))
                .isPresent();
        if (expected == SettleResult.LOST || answered == SettleResult.APPLIED || isWhereItWas) {
            assertThat(answered).as("answer to %s", settlement).isEqualTo(expected);
        }
    }

    private static Set<String> typesOf(List<ModelJob> some) {
        Set<String> types = new HashSet<>();
        some.forEach(j -> types.add(j.job.type()));
        return types;
    }

    private void assertNextDue(@Nullable Duration answered, List<String> named) {
        Optional<Long> due = all(j -> j.state == JobState.SCHEDULED && named.contains(j.queue)).stream()
                .map(j -> j.due - now)
                .min(Long::compare);
        if (answered == null || due.isEmpty()) {
            assertThat(answered == null && due.isEmpty())
                    .as("next due is %s, should be %s", answered, due)
                    .isTrue();
        } else {
            assertThat(answered.toMillis()).as("next due").isBetween(due.get() - DRIFT_AT_MOST, due.get() + 1_000);
        }
    }

    private SettleResult settle(Settlement settlement) {
        Lease lease = settlement.lease();
        ModelJob job = find(lease.job());
        if (job == null || !job.isHeldBy(lease)) {
            boolean repeated = job != null && lease.equals(job.settled);
            return repeated ? SettleResult.APPLIED : SettleResult.LOST;
        }
        job.settled = lease;
        job.hear(settlement.words());
        if (settlement instanceof Settlement.Succeeded succeeded) {
            job.result = succeeded.result();
            end(job, JobState.SUCCEEDED, null);
        } else if (settlement instanceof Settlement.Discard discard) {
            Optional.ofNullable(discard.error()).ifPresent(job::fail);
            end(job, JobState.DEAD, discard.reason());
        } else if (settlement instanceof Settlement.Cancel cancel) {
            end(job, JobState.CANCELLED, job.cancelReason != null ? job.cancelReason : cancel.reason());
        } else {
            goOn(job, settlement);
        }
        return SettleResult.APPLIED;
    }

    private void goOn(ModelJob job, Settlement settlement) {
        boolean stop = job.cancelReason != null;
        if (settlement instanceof Settlement.Retry retry) {
            job.fail(retry.error());
            job.attempt += stop ? 0 : 1;
        }
        if (stop) {
            end(job, JobState.CANCELLED, job.cancelReason);
        } else if (settlement instanceof Settlement.Retry retry) {
            await(job, retry.delay().toMillis());
        } else if (settlement instanceof Settlement.Snooze snooze) {
            job.reason = snooze.reason();
            await(job, snooze.delay().toMillis());
        } else {
            keys.unstarted(job, now);
            giveBack(job);
            job.parked = settlement instanceof Settlement.Park;
        }
    }

    private int promote(String queue) {
        List<ModelJob> due = all(j -> j.queue.equals(queue) && j.state == JobState.SCHEDULED && j.due <= now);
        joins++;
        for (ModelJob job : due) {
            job.state = JobState.READY;
            job.ahead = false;
            job.jumbled = false;
            job.joined = joins;
        }
        return due.size();
    }

    /** The queues in the order in which a claim should take from them. */
    private List<String> turns(Claim want) {
        List<String> turns = new ArrayList<>();
        for (int pass = 1; pass <= 2; pass++) {
            for (Claim.Share share : want.shares()) {
                int most = pass == 1 ? share.quota() : want.limit();
                if (paused.contains(share.queue())) {
                    continue;
                }
                long ready = all(j -> j.isClaimable() && j.queue.equals(share.queue()))
                                .size()
                        - turns.stream().filter(share.queue()::equals).count();
                for (int i = 0; i < Math.min(most, ready) && turns.size() < want.limit(); i++) {
                    turns.add(share.queue());
                }
            }
        }
        return turns;
    }

    private void claim(Claimed claimed, WorkerLease worker) {
        ModelJob job = find(claimed.lease().job());
        assertThat(job).as("the claimed job").isNotNull();
        if (job == null) {
            return;
        }
        assertThat(job.isClaimable()).as("%s is claimable", job.job.id()).isTrue();
        assertThat(all(j -> j.isClaimable() && j.queue.equals(job.queue) && j.isBefore(job)))
                .as("jobs that should have been claimed before")
                .isEmpty();
        long token = claimed.lease().token();
        assertThat(token).as("token").isGreaterThan(tokens.getOrDefault(job.job.id(), 0L));
        tokens.put(job.job.id(), token);
        keys.started(job);
        job.start(claimed.lease(), now + worker.leaseTime().toMillis());
        job.assertSameAs(claimed.job());
    }

    RenewResult renew(WorkerLease worker, Report report) {
        ModelJob job = find(report.lease().job());
        if (job == null || !job.isHeldBy(report.lease())) {
            return RenewResult.LOST;
        }
        job.hear(report.words());
        job.leaseEnd = now + worker.leaseTime().toMillis();
        return job.cancelReason == null ? RenewResult.HELD : RenewResult.CANCEL_REQUESTED;
    }

    SweepResult sweep() {
        int promoted = 0;
        for (String queue : queues) {
            promoted += promote(queue);
        }
        List<ModelJob> expired = all(j -> j.state == JobState.RUNNING && j.leaseEnd <= now);
        for (ModelJob job : expired) {
            job.losses++;
            if (job.cancelReason != null) {
                end(job, JobState.CANCELLED, job.cancelReason);
            } else {
                giveBack(job);
            }
        }
        settleTies();
        List<ModelJob> old = all(j -> j.state.isFinal() && now - j.finished >= age(j.state));
        jobs.removeAll(old);
        return new SweepResult(promoted, expired.size(), old.size());
    }

    private long age(JobState state) {
        return (state == JobState.DEAD ? retention.deadAge() : retention.succeededAge()).toMillis();
    }

    void pause(String queue, boolean stop) {
        queues.add(queue);
        if (stop) {
            paused.add(queue);
        } else {
            paused.remove(queue);
        }
    }

    /** Follows an action that has been applied to the end, and fails if it cannot have changed so many jobs. */
    void applied(JobFilter filter, JobAction action, int count) {
        List<ModelJob> meant = all(j -> j.matches(filter));
        List<ModelJob> changed = meant.stream().filter(j -> fits(j, action)).toList();
        long together = ++joins;
        changed.forEach(job -> apply(job, action, together));
        settleTies();
        assertThat(count).as("jobs changed by %s", action).isEqualTo(changed.size());
    }

    private void apply(ModelJob job, JobAction action, long together) {
        if (action instanceof JobAction.Replay replay) {
            replay(job, replay.queue());
            job.joined = together;
        } else if (action instanceof JobAction.Delete) {
            keys.free(job);
            jobs.remove(job);
        } else if (action instanceof JobAction.EditPayload edit) {
            job.payload = edit.payload();
        } else if (action instanceof JobAction.Cancel cancel) {
            if (job.state == JobState.RUNNING) {
                job.cancelReason = cancel.reason();
            } else {
                end(job, JobState.CANCELLED, cancel.reason());
            }
        } else {
            reorder(job, action);
            job.joined = together;
        }
    }

    /** What sends a waiting job to the end of a line. */
    private void reorder(ModelJob job, JobAction action) {
        if (action instanceof JobAction.ChangePriority change) {
            job.priority = change.priority();
            if (job.parked) {
                return;
            }
        } else if (action instanceof JobAction.Move move) {
            moved(job, move.queue());
        } else {
            job.parked = false;
            await(job, action instanceof JobAction.Reschedule reschedule ? wait(reschedule.due()) : 0);
        }
        job.ahead = false;
        job.jumbled = true;
    }

    private void moved(ModelJob job, String queue) {
        keys.free(job);
        job.queue = queue;
        keys.take(job, now);
        queues.add(queue);
        job.parked = false;
        job.settled = null;
    }

    private boolean fits(ModelJob job, JobAction action) {
        if (!action.fits().contains(job.state)) {
            return false;
        } else if (action instanceof JobAction.Replay replay) {
            String queue = replay.queue() == null ? job.queue : replay.queue();
            return keys.isWelcome(job, queue, now) && (!isContended(job) || isLiveInStorage(job));
        } else if (action instanceof JobAction.Move move) {
            return !job.queue.equals(move.queue())
                    && keys.isWelcome(job, move.queue(), now)
                    && (!isContended(job) || isInStorage(job, move.queue()));
        } else if (action instanceof JobAction.ChangePriority change) {
            return !job.priority.equals(change.priority());
        }
        return true;
    }

    /** Of several jobs with one unique key any may be the first, so the storage is asked which was. */
    private boolean isContended(ModelJob job) {
        UniqueKey key = job.key();
        return key != null
                && first(j -> j != job
                                && j.key() != null
                                && key.key().equals(j.key().key()))
                        != null;
    }

    private boolean isInStorage(ModelJob job, String queue) {
        return admin.find(job.job.id()).filter(s -> s.queue().equals(queue)).isPresent();
    }

    private boolean isLiveInStorage(ModelJob job) {
        return admin.find(job.job.id()).map(s -> !s.state().isFinal()).orElse(false);
    }

    private void replay(ModelJob job, @Nullable String queue) {
        keys.free(job);
        job.queue = queue == null ? job.queue : queue;
        assertThat(keys.isWelcome(job, job.queue, now))
                .as("whether the unique key is free")
                .isTrue();
        keys.take(job, now);
        queues.add(job.queue);
        job.attempt = 1;
        job.losses = 0;
        job.progress = Progress.NONE;
        job.result = null;
        job.reason = null;
        await(job, 0);
    }
}
