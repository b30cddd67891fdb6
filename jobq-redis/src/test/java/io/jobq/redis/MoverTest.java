package io.jobq.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.JobId;
import io.jobq.JobSnapshot;
import io.jobq.JobState;
import io.jobq.redis.Mover.Step;
import io.jobq.spi.Claim;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import io.jobq.spi.Payload;
import io.jobq.spi.Report;
import io.jobq.spi.Settlement;
import io.jobq.spi.UniqueKey;
import io.jobq.spi.WorkerLease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Moves whose mover dies between two steps, or stalls while others go on. */
class MoverTest {
    private static final List<String> QUEUES = List.of("from", "to", "third");
    private static final List<Step> AFTER_LEAVING = List.of(Step.LOOK, Step.STORE, Step.END, Step.FORGET);

    private final AtomicLong shift = new AtomicLong();
    private final RedisOptions options = RedisOptions.of(TestRedis.uri()).withPrefix(TestRedis.prefix());
    private final RedisStorage storage = RedisStorage.connect(options, shift::get);
    private final RedisLink link = RedisLink.open(options);
    private final Calls calls = new Calls(link, options, shift::get);
    private final Queues queues = Queues.open(link, options);
    private final Mover mover = new Mover(calls, queues);

    @AfterEach
    void close() {
        link.close();
        storage.close();
    }

    private JobId insert(String queue, JobOptions jobOptions) {
        JobId id = JobId.next();
        storage.jobs().insert(List.of(new NewJob(id, queue, "send", new Payload(1, new byte[] {'1'}), jobOptions)));
        return id;
    }

    private Row leave(JobId id) {
        List<Row> rows = Walk.rows(calls, queues.of("from"), List.of(id));
        assertThat(mover.act(rows, new Args().add("LEAVE").add("to"))).containsExactly(ActionCall.DONE);
        return Walk.rows(calls, queues.of("from"), List.of(id)).get(0);
    }

    @Test
    void aJobThatIsNoLongerAsItWasSeenIsLeftAlone() {
        for (String action : List.of("CANCEL", "DELETE", "RUN", "RESCHEDULE", "PRIORITIZE", "LEAVE")) {
            JobId id = insert("from", JobOptions.DEFAULT);
            List<Row> seen = Walk.rows(calls, queues.of("from"), List.of(id));
            assertThat(claim("from")).containsExactly(id);
            JobSnapshot claimed =
                    Walk.rows(calls, queues.of("from"), List.of(id)).get(0).job();

            assertThat(mover.act(seen, new Args().add(action).add("1")))
                    .as(action)
                    .containsExactly(ActionCall.CHANGED);
            assertThat(Walk.rows(calls, queues.of("from"), List.of(id)).get(0).job())
                    .as(action)
                    .isEqualTo(claimed);
        }
    }

    private List<JobId> claim(String... names) {
        List<Claim.Share> shares =
                List.of(names).stream().map(name -> new Claim.Share(name, 10)).toList();
        Claim want = new Claim(new WorkerLease("w", Duration.ofSeconds(30)), shares, 10, Set.of());
        return storage.jobs().exchange(List.of(), want).claimed().stream()
                .map(claimed -> claimed.job().id())
                .toList();
    }

    /** Moves a job to another queue, and does something else before some of the steps. */
    private void move(JobId id, Map<Step, Runnable> meanwhile) {
        Mover stalling = new Mover(
                calls, queues, step -> meanwhile.getOrDefault(step, () -> {}).run());
        stalling.move(Walk.rows(calls, queues.of("from"), List.of(id)), "to");
    }

    private void moveAndDieBefore(Step step, JobId id) {
        assertThatThrownBy(() -> move(id, Map.of(step, () -> {
                    throw new IllegalStateException("died");
                })))
                .hasMessage("died");
    }

    private List<String> whereIs(JobId id) {
        return QUEUES.stream()
                .filter(queue ->
                        !Walk.rows(calls, queues.of(queue), List.of(id)).isEmpty())
                .toList();
    }

    private void assertOnlyIn(String queue, JobId id, Step step) {
        assertThat(whereIs(id)).as("stalled before %s", step).containsExactly(queue);
        assertThat(runAll()).as("stalled before %s", step).containsExactly(id);
        assertThat(hasMoveLease()).isFalse();
    }

    private List<JobId> runAll() {
        List<Claim.Share> shares =
                QUEUES.stream().map(name -> new Claim.Share(name, 10)).toList();
        Claim want = new Claim(new WorkerLease("w", Duration.ofSeconds(30)), shares, 10, Set.of());
        List<Claimed> claimed = storage.jobs().exchange(List.of(), want).claimed();
        List<Settlement> done = new ArrayList<>();
        claimed.forEach(each -> done.add(new Settlement.Succeeded(each.lease(), Report.NOTHING, null)));
        storage.jobs().exchange(done, new Claim(want.worker(), List.of(), 0, Set.of()));
        return claimed.stream().map(each -> each.job().id()).toList();
    }

    private void runAndDelete(JobId id) {
        assertThat(runAll()).containsExactly(id);
        act(id, new JobAction.Delete());
    }

    private void act(JobId id, JobAction action) {
        storage.admin().apply(JobFilter.ALL.withIds(Set.of(id)), action, null, 1);
    }

    private void sweepLater() {
        passMoveLease();
        storage.jobs().sweep(100);
    }

    private void passMoveLease() {
        shift.addAndGet(TimeUnit.SECONDS.toMicros(11));
    }

    private boolean hasMoveLease() {
        byte[] leases = queues.of("from").get(0).keys()[4];
        return link.await(link.commands().zcard(leases)) > 0;
    }

    @Test
    void oneThatHasOnlyLeftIsClaimedByNobodyAndIsMovedByASweep() {
        JobId id = insert("from", JobOptions.DEFAULT);
        leave(id);
        storage.jobs().sweep(100);
        assertThat(claim("from", "to")).isEmpty();
        assertThat(storage.admin().find(id).orElseThrow().queue()).isEqualTo("from");
        assertThat(storage.admin()
                        .list(JobFilter.ALL.withStates(JobState.RUNNING), null, 10)
                        .jobs())
                .isEmpty();

        passMoveLease();
        storage.jobs().sweep(100);
        assertThat(storage.admin().find(id).orElseThrow().queue()).isEqualTo("to");
        assertThat(claim("from", "to")).containsExactly(id);
        assertThat(hasMoveLease()).isFalse();
    }

    @Test
    void oneThatIsInBothQueuesRunsOnceAndIsSeenWhereItLives() {
        JobId id = insert("from", JobOptions.DEFAULT);
        moveAndDieBefore(Step.END, id);
        assertThat(storage.admin().find(id).orElseThrow().queue()).isEqualTo("to");
        assertThat(storage.admin().list(JobFilter.ALL, null, 10).jobs()).hasSize(1);
        assertThat(claim("from", "to")).containsExactly(id);

        passMoveLease();
        storage.jobs().sweep(100);
        assertThat(claim("from", "to")).isEmpty();
        assertThat(Walk.rows(calls, queues.of("from"), List.of(id))).isEmpty();
        assertThat(storage.admin().find(id).orElseThrow().state()).isEqualTo(JobState.RUNNING);
        assertThat(hasMoveLease()).isFalse();
    }

    @Test
    void oneWhoseUniqueKeyIsTakenOnTheWayGoesBack() {
        JobId id = insert("from", JobOptions.DEFAULT.withUnique(UniqueKey.untilFinish("k")));
        leave(id);
        JobId holder = insert("to", JobOptions.DEFAULT.withUnique(UniqueKey.untilFinish("k")));
        passMoveLease();
        assertThat(mover.finish(queues.of("from").get(0), List.of(id))).isEmpty();

        assertThat(claim("from")).containsExactly(id);
        assertThat(claim("to")).containsExactly(holder);
        assertThat(hasMoveLease()).isTrue(); // that of the claim
    }

    @Test
    void actionsPassOverAJobOnItsWay() {
        JobId id = insert("from", JobOptions.DEFAULT);
        leave(id);
        JobFilter one = JobFilter.ALL.withIds(Set.of(id));
        for (JobAction action : List.of(
                new JobAction.Cancel("no"),
                new JobAction.Delete(),
                new JobAction.Move("elsewhere"),
                new JobAction.RunNow(),
                new JobAction.EditPayload(new Payload(1, new byte[0])))) {
            assertThat(storage.admin().apply(one, action, null, 1).count())
                    .as("%s", action)
                    .isZero();
        }
        passMoveLease();
        assertThat(mover.finish(queues.of("from").get(0), List.of(id))).containsExactly(id);
    }

    @Test
    void aMoverThatStallsWhileASweepEndsItsMoveDoesNoHarm() {
        for (Step step : AFTER_LEAVING) {
            JobId id = insert("from", JobOptions.DEFAULT);
            move(id, Map.of(step, this::sweepLater));
            assertOnlyIn("to", id, step);
        }
    }

    @Test
    void aMoverThatGoesOnWhenTheJobHasRunAndIsDeletedDoesNotBringItAgain() {
        for (Step step : AFTER_LEAVING) {
            JobId id = insert("from", JobOptions.DEFAULT);
            move(id, Map.of(step, () -> {
                sweepLater();
                runAndDelete(id);
            }));
            assertThat(whereIs(id)).as("stalled before %s", step).isEmpty();
            assertThat(runAll()).isEmpty();
        }
    }

    @Test
    void aMoverThatStallsWhileASweepPutsTheJobBackLeavesItThere() {
        JobId id = insert("from", JobOptions.DEFAULT.withUnique(UniqueKey.untilFinish("k")));
        move(id, Map.of(Step.STORE, () -> {
            JobId holder = insert("to", JobOptions.DEFAULT.withUnique(UniqueKey.untilFinish("k")));
            sweepLater();
            act(holder, new JobAction.Delete());
        }));
        assertOnlyIn("from", id, Step.STORE);
    }

    @Test
    void aMoverThatWouldPutTheJobBackLeavesItWhereASweepHasBroughtIt() {
        JobId id = insert("from", JobOptions.DEFAULT.withUnique(UniqueKey.untilFinish("k")));
        AtomicReference<JobId> holder = new AtomicReference<>();
        move(
                id,
                Map.of(
                        Step.STORE,
                                () -> holder.set(
                                        insert("to", JobOptions.DEFAULT.withUnique(UniqueKey.untilFinish("k")))),
                        Step.END,
                                () -> {
                                    act(holder.get(), new JobAction.Delete());
                                    sweepLater();
                                }));
        assertOnlyIn("to", id, Step.END);
    }

    @Test
    void aMoverThatStallsBeforeTheFirstStepLeavesTheRestToASweep() {
        JobId id = insert("from", JobOptions.DEFAULT);
        move(id, Map.of(Step.LEAVE, this::passMoveLease));
        assertThat(whereIs(id)).containsExactly("from");
        assertThat(runAll()).isEmpty();
        sweepLater();
        assertOnlyIn("to", id, Step.LEAVE);
    }

    @Test
    void ofTwoSweepsOnlyOneTakesAMoveOver() {
        for (Step step : List.of(Step.TAKE_OVER, Step.LOOK, Step.STORE, Step.END, Step.FORGET)) {
            JobId id = insert("from", JobOptions.DEFAULT);
            leave(id);
            passMoveLease();
            List<Set<JobId>> others = new ArrayList<>();
            Mover slow = new Mover(calls, queues, next -> {
                if (next == step) {
                    others.add(mover.finish(queues.of("from").get(0), List.of(id)));
                }
            });
            Set<JobId> mine = slow.finish(queues.of("from").get(0), List.of(id));
            assertThat(mine.size() + others.get(0).size()).as("before %s", step).isEqualTo(1);
            assertOnlyIn("to", id, step);
        }
    }

    @Test
    void aJobThatHasRunBeforeItsDeadMoverIsMissedStaysGone() {
        JobId id = insert("from", JobOptions.DEFAULT);
        moveAndDieBefore(Step.END, id);
        runAndDelete(id);
        sweepLater();

        assertThat(whereIs(id)).isEmpty();
        assertThat(runAll()).isEmpty();
    }

    @Test
    void aJobThatHasMovedOnBeforeItsDeadMoverIsMissedIsThereOnly() {
        JobId id = insert("from", JobOptions.DEFAULT);
        moveAndDieBefore(Step.END, id);
        mover.move(Walk.rows(calls, queues.of("to"), List.of(id)), "third");
        sweepLater();

        assertOnlyIn("third", id, Step.END);
    }

    @Test
    void aJobDoesNotMoveBackBeforeItsDeadMoverIsMissed() {
        JobId id = insert("from", JobOptions.DEFAULT);
        moveAndDieBefore(Step.END, id);
        assertThat(mover.move(Walk.rows(calls, queues.of("to"), List.of(id)), "from"))
                .containsExactly(ActionCall.PASSED_OVER);
        sweepLater();

        assertOnlyIn("to", id, Step.END);
    }

    @Test
    void aLeaseThatAMoveHasLeftBehindEnds() {
        insert("from", JobOptions.DEFAULT);
        byte[] leases = queues.of("from").get(0).keys()[4];
        link.await(link.commands().zadd(leases, 1, QueueKeys.bytes("move:" + JobId.next())));
        storage.jobs().sweep(100);

        assertThat(hasMoveLease()).isFalse();
    }

    private JobId dead() {
        JobId id = insert("from", JobOptions.DEFAULT);
        Claim want = new Claim(
                new WorkerLease("w", Duration.ofSeconds(30)), List.of(new Claim.Share("from", 1)), 1, Set.of());
        Claimed claimed = storage.jobs().exchange(List.of(), want).claimed().get(0);
        Settlement end = new Settlement.Discard(claimed.lease(), Report.NOTHING, null, "enough");
        storage.jobs().exchange(List.of(end), new Claim(want.worker(), List.of(), 0, Set.of()));
        assertThat(storage.admin().find(id).orElseThrow().state()).isEqualTo(JobState.DEAD);
        return id;
    }

    @Test
    void oneThatIsReplayedElsewhereIsReplayedNowhereElse() {
        for (Step step : AFTER_LEAVING) {
            JobId id = dead();
            move(id, Map.of(step, () -> {
                act(id, new JobAction.Replay(null));
                act(id, new JobAction.Replay("third"));
                act(id, new JobAction.Delete());
            }));
            if (step == Step.FORGET || step == Step.END) {
                sweepLater();
            }
            assertThat(runAll()).as("others meanwhile before %s", step).hasSizeLessThanOrEqualTo(1);
            assertThat(whereIs(id)).as("others meanwhile before %s", step).hasSizeLessThanOrEqualTo(1);
        }
    }

    @Test
    void oneWhoseReplayElsewhereIsCutShortIsReplayedBySweep() {
        for (Step step : AFTER_LEAVING) {
            JobId id = dead();
            moveAndDieBefore(step, id);
            sweepLater();
            assertOnlyIn("to", id, step);
        }
    }

    @Test
    void oneThatIsNotTakenElsewhereStaysDead() {
        JobId id = dead();
        move(id, Map.of(Step.STORE, () -> insert(id, "to")));
        assertThat(storage.admin().find(id).orElseThrow().queue()).isEqualTo("to");
        act(id, new JobAction.Delete());
        assertThat(Walk.rows(calls, queues.of("from"), List.of(id)))
                .singleElement()
                .satisfies(row -> {
                    assertThat(row.job().state()).isEqualTo(JobState.DEAD);
                    assertThat(row.isMoving()).isFalse();
                });
    }

    private void insert(JobId id, String queue) {
        storage.jobs()
                .insert(List.of(new NewJob(id, queue, "send", new Payload(1, new byte[] {'1'}), JobOptions.DEFAULT)));
    }
}
