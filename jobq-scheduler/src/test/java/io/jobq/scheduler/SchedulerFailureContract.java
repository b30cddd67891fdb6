package io.jobq.scheduler;

import static io.jobq.spi.Registry.ANY_VERSION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.jobq.JobQException;
import io.jobq.JobSnapshot;
import io.jobq.JobState;
import io.jobq.spi.Guard;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import io.jobq.spi.Registry.Entry;
import io.jobq.spi.StorageException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What schedulers promise on every storage when something goes wrong at the worst moment. */
public abstract class SchedulerFailureContract extends SchedulerFixture {
    @Test
    void oneThatWasPausedAfterItDecidedFiresNothingTwice() {
        HookedStorage paused = new HookedStorage(storage());
        Scheduler a = scheduler("a", paused);
        Scheduler b = scheduler("b");
        a.schedule(each(SECOND));
        run(Duration.ofSeconds(10), a);
        AtomicReference<Instant> resumed = new AtomicReference<>();

        paused.beforeInsert(() -> {
            run(LEASE.plusSeconds(30), b);
            resumed.set(info(b, "s").progress().last());
            assertThat(b.isLeader()).isTrue();
            deleteAll(); // as if all had run, and retention had deleted them
        });
        passUntil(now().plus(SECOND));
        a.runPending();
        assertThat(jobs()).isEmpty();

        run(Duration.ofSeconds(10), a, b);
        assertThat(a.isLeader()).isFalse();
        assertTicks("s", every(SECOND), resumed.get());
    }

    private void deleteAll() {
        work();
        storage().admin().apply(JobFilter.ALL, new JobAction.Delete(), null, 1_000);
        assertThat(jobs()).isEmpty();
    }

    @Test
    void anInsertWhoseAnswerWasLostIsNotRepeated() {
        HookedStorage lossy = new HookedStorage(storage());
        Scheduler a = scheduler("a", lossy);
        a.schedule(each(MINUTE));
        run(SECOND, a);
        Instant start = since("s");
        lossy.loseNextAnswer();
        passUntil(start.plus(MINUTE));
        assertThatThrownBy(a::runPending).isInstanceOf(StorageException.class);
        run(SECOND, a);
        assertTicks("s", every(MINUTE), start);
    }

    @Test
    void aLostProgressIsMadeAnew() {
        Scheduler a = scheduler("a");
        a.schedule(each(MINUTE));
        storage().registry().remove(Guard.kind("default"), "s");
        run(Duration.ofMinutes(3), a);
        assertThat(jobs()).hasSizeBetween(2, 3);
    }

    @Test
    void aProgressWithoutAScheduleIsRemoved() {
        Entry orphan =
                new Entry(Guard.kind("default"), "gone", Progress.from(now()).json(), 0);
        storage().registry().put(orphan, 0, null);
        scheduler("x").schedule(each(MINUTE));
        pass(clock, HOUR.plus(HOUR));
        run(SECOND, scheduler("a"));
        assertThat(storage().registry().list(Guard.kind("default")))
                .extracting(Entry::key)
                .containsExactly("s");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void whoDeclaresWhatAnotherHasJustDeclaredUndoesNoTick(int call) {
        HookedStorage slow = new HookedStorage(storage());
        Scheduler a = scheduler("a");
        Scheduler b = scheduler("b", slow);
        AtomicReference<Instant> declared = new AtomicReference<>();
        slow.beforeRegistryCall(call, () -> {
            a.schedule(each(SECOND));
            declared.set(since("s"));
            run(Duration.ofSeconds(5), a);
        });
        b.schedule(each(SECOND));
        if (declared.get() == null) {
            assertThat(call).as("a declaration takes fewer calls").isGreaterThan(4);
            return;
        }
        run(Duration.ofSeconds(5), a);
        assertTicks("s", every(SECOND), declared.get());
    }

    @Test
    void anInsertThatIsCutShortIsFinished() {
        HookedStorage lossy = new HookedStorage(storage());
        Scheduler a = catchingUp(lossy);
        lossy.cutInsertsAfter(2, () -> {
            throw new StorageException("cut");
        });
        assertThatThrownBy(a::runPending).isInstanceOf(StorageException.class);
        assertThat(jobs()).hasSize(2);
        run(Duration.ofSeconds(2), a);
        assertThat(ticks("s")).doesNotHaveDuplicates().hasSizeBetween(5, 6);
    }

    @Test
    void aRunTriggeredAmidManyTicksDisplacesNone() {
        HookedStorage slow = new HookedStorage(storage());
        Scheduler a = catchingUp(slow);
        slow.cutInsertsAfter(2, () -> scheduler("b").trigger("s"));
        run(Duration.ofSeconds(2), a);
        assertThat(ticks("s")).doesNotHaveDuplicates().hasSizeBetween(6, 7);
    }

    /** One that has five ticks to catch up with, and perhaps another. */
    private Scheduler catchingUp(HookedStorage on) {
        Scheduler a = scheduler("a", on);
        a.schedule(each(MINUTE).misfire(Misfire.catchUp(5).grace(SECOND)));
        run(SECOND, a);
        pass(clock, HOUR);
        return a;
    }

    @ParameterizedTest
    @EnumSource(names = {"QUEUE_ONE", "REPLACE", "SKIP"})
    void whatWaitsWhenItIsPausedWaitsUntilItIsResumed(Overlap overlap) {
        Scheduler a = scheduler("a");
        a.schedule(each(MINUTE).overlap(overlap).misfire(Misfire.catchUp(3)));
        run(MINUTE, a);
        run(MINUTE, a);
        a.pause("s");
        run(SECOND, a);
        int before = jobs().size();
        work();
        run(Duration.ofMinutes(3), a);
        assertThat(jobs()).hasSize(before);

        a.resume("s");
        run(Duration.ofSeconds(2), a);
        assertThat(jobs().size()).isBetween(before, before + (overlap == Overlap.QUEUE_ONE ? 2 : 1));
        assertThat(ticks("s")).doesNotHaveDuplicates();
    }

    @Test
    void progressThatCannotBeReadStopsOnlyItsOwn() {
        Scheduler a = scheduler("a");
        a.schedule(each(MINUTE));
        a.schedule("odd", every(MINUTE), WORK);
        Entry odd = new Entry(Guard.kind("default"), "odd", "{\"last\":1,\"waiting\":[null]}", 0);
        storage().registry().put(odd, ANY_VERSION, null);
        run(MINUTE, a);
        assertThat(ticks("s")).isNotEmpty();
        assertThat(ticks("odd")).isEmpty();
        assertThat(a.list()).extracting(ScheduleInfo::name).containsExactly("odd", "s");
    }

    @Test
    void whatALeaderHadDecidedBeforeAPauseItFiresNoMore() {
        assertNothingIsFiredAfter(b -> b.pause("s"));
    }

    @Test
    void whatALeaderHadDecidedBeforeAChangeItFiresNoMore() {
        assertNothingIsFiredAfter(b -> b.change(each(Duration.ofDays(1))));
    }

    @Test
    void whatALeaderHadDecidedBeforeADeletionItFiresNoMore() {
        assertNothingIsFiredAfter(b -> b.delete("s"));
    }

    private void assertNothingIsFiredAfter(Consumer<Scheduler> change) {
        HookedStorage paused = new HookedStorage(storage());
        Scheduler a = scheduler("a", paused);
        Scheduler b = scheduler("b");
        a.schedule(each(MINUTE));
        run(MINUTE, a);
        int before = jobs().size();
        paused.beforeInsert(() -> change.accept(b));
        passUntil(now().plus(MINUTE));
        a.runPending();
        assertThat(jobs()).hasSize(before);
        run(Duration.ofMinutes(2), a, b);
        assertThat(jobs()).hasSize(before);
    }

    @Test
    void nobodyIsReplacedByAJobThatIsRefused() {
        HookedStorage paused = new HookedStorage(storage());
        Scheduler a = scheduler("a", paused);
        a.schedule(each(MINUTE).overlap(Overlap.REPLACE));
        run(MINUTE, a);
        paused.beforeInsert(() -> scheduler("b").delete("s"));
        passUntil(now().plus(MINUTE));
        a.runPending();
        run(Duration.ofMinutes(2), a);
        assertThat(jobs()).singleElement().extracting(JobSnapshot::state).isEqualTo(JobState.READY);
    }

    @Test
    void whatWasToBeReplacedIsReplacedByWhoeverLeadsNext() {
        HookedStorage lossy = new HookedStorage(storage());
        Scheduler a = scheduler("a", lossy);
        a.schedule(each(HOUR).overlap(Overlap.REPLACE));
        run(HOUR, a);
        lossy.loseNextAnswer();
        passUntil(now().plus(HOUR));
        assertThatThrownBy(a::runPending).isInstanceOf(StorageException.class);
        assertThat(jobs()).extracting(JobSnapshot::state).containsExactly(JobState.READY, JobState.READY);

        run(LEASE.plusSeconds(2), scheduler("b"));
        assertThat(jobs()).extracting(JobSnapshot::state).containsExactlyInAnyOrder(JobState.READY, JobState.CANCELLED);
    }

    @Test
    void aMissedLastTickEndsItAsAnyOther() {
        Scheduler a = scheduler("a");
        a.schedule(Schedule.of("once", Once.at(now().plus(HOUR)), WORK).misfire(Misfire.skip()));
        Timetable until = Timetable.of(every(HOUR)).until(now().plus(Duration.ofHours(3)));
        a.schedule(Schedule.of("late", until, WORK).misfire(Misfire.runOnce().within(Duration.ofMinutes(10))));
        run(SECOND, a);
        pass(clock, Duration.ofHours(5));
        run(SECOND, a);
        assertThat(jobs()).isEmpty();
        assertThat(a.runPending()).isAfter(now());

        pass(clock, Duration.ofHours(24));
        run(SECOND, a);
        assertThat(a.list()).isEmpty();
    }

    @Test
    void ofTwoWithOneNameOneLeads() {
        Scheduler a = scheduler("a");
        Scheduler other = scheduler("a");
        run(SECOND, a, other);
        assertThat(a.isLeader()).isTrue();
        assertThat(other.isLeader()).isFalse();
        a.close();
        run(SECOND, other);
        assertThat(other.isLeader()).isTrue();
    }

    @Test
    void whatCannotBeReadIsLeftAloneAndMayBeDeleted() {
        Scheduler a = scheduler("a");
        a.schedule(each(MINUTE));
        Entry odd = new Entry(StoredSchedule.KIND, "s", "{\"terms\":{\"new\":1}}", 0);
        storage().registry().put(odd, ANY_VERSION, null);
        assertThat(a.schedule(each(HOUR))).isFalse();
        for (Runnable call : List.<Runnable>of(
                () -> a.pause("s"), () -> a.change(each(HOUR)), () -> a.trigger("s"), () -> a.find("s"))) {
            assertThatThrownBy(call::run)
                    .isInstanceOf(JobQException.class)
                    .hasMessageContaining("'s' can't be read")
                    .hasMessageContaining("delete it");
        }
        assertThat(a.delete("s")).isTrue();
        assertThat(a.schedule(each(MINUTE))).isTrue();
        run(MINUTE, a);
        assertThat(ticks("s")).hasSize(1);
    }

    @Test
    void changesAreSeenThoughTheClockWentBack() {
        Scheduler a = scheduler("a");
        a.schedule(each(MINUTE));
        run(MINUTE, a);
        pass(clock, HOUR.negated());
        run(SECOND, a);
        scheduler("b").schedule(Schedule.of("late", every(SECOND), WORK).overlap(Overlap.ALLOW));
        run(Duration.ofSeconds(3), a);
        assertThat(ticks("late")).isNotEmpty();
    }

    @Test
    void aLeaderThatIsCutOffLeadsNoLongerThanItsLease() {
        Duration lease = Duration.ofMillis(500);
        Leadership leadership = new Leadership(storage().registry(), "a", lease);
        long asked = System.nanoTime();
        assertThat(leadership.hold(now())).isTrue();
        boolean leading = leadership.isLeading();
        assertThat(leading || System.nanoTime() - asked >= lease.toNanos()).isTrue();
        await().atMost(Duration.ofSeconds(5)).until(() -> !leadership.isLeading());
        assertThat(System.nanoTime() - asked).isGreaterThanOrEqualTo(lease.toNanos());
    }
}
