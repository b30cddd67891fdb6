package io.jobq.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.JobQException;
import io.jobq.JobSnapshot;
import io.jobq.spi.Guard;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What becomes of schedules that are said again, changed, paused, resumed and deleted, on every storage. */
abstract class ScheduleChangesContract extends SchedulerFixture {
    @Nested
    class Changes {
        @Test
        void sayingTheSameAgainChangesNothing() {
            Scheduler a = scheduler("a");
            assertThat(a.schedule(each(MINUTE))).isTrue();
            run(MINUTE, a);
            ScheduleInfo before = info(a, "s");
            assertThat(scheduler("b").schedule(each(MINUTE))).isFalse();
            assertThat(info(a, "s").progress()).isEqualTo(before.progress());
            assertThat(before.progress().runs()).hasSize(1);
        }

        @Test
        void aDeployKeepsAPauseAndWhatAnOperatorHasChanged() {
            Scheduler a = scheduler("a");
            a.schedule(each(MINUTE));
            a.change(each(HOUR));
            a.pause("s");
            assertThat(scheduler("b").schedule(each(MINUTE))).isFalse();
            assertThat(info(a, "s").timetable()).isEqualTo(each(HOUR).timetable());

            assertThat(scheduler("b").schedule(each(SECOND))).isTrue();
            assertThat(info(a, "s").timetable()).isEqualTo(each(SECOND).timetable());
            assertThat(info(a, "s").pausedSince()).isNotNull();
        }

        @Test
        void theNewTimesCountFromNow() {
            Scheduler a = scheduler("a");
            a.schedule(each(HOUR.plus(HOUR)));
            run(SECOND, a);
            pass(clock, HOUR);
            a.schedule(each(MINUTE));
            Instant changed = since("s");
            run(Duration.ofSeconds(30), a);
            assertTicks("s", every(MINUTE), changed);
        }

        @Test
        void othersSeeThemWithinASecond() {
            Scheduler a = scheduler("a");
            Scheduler b = scheduler("b");
            run(SECOND, a);
            b.schedule(each(Duration.ofSeconds(2)));
            Instant start = since("s");
            run(Duration.ofSeconds(4), a);
            assertTicks("s", every(Duration.ofSeconds(2)), start);

            b.delete("s");
            run(SECOND, a);
            int before = jobs().size();
            run(Duration.ofSeconds(4), a);
            assertThat(jobs()).hasSize(before);
        }

        @Test
        void whatPassesDuringAPauseIsNotMissed() {
            Scheduler a = scheduler("a");
            a.schedule(each(MINUTE).misfire(Misfire.catchUp(100)));
            assertThat(a.pause("s")).isTrue();
            assertThat(a.pause("s")).isFalse();
            run(Duration.ofMinutes(5), a);
            assertThat(jobs()).isEmpty();
            assertThat(info(a, "s").next()).isNull();

            assertThat(a.resume("s")).isTrue();
            Instant resumed = since("s");
            run(Duration.ofMinutes(2), a);
            assertTicks("s", every(MINUTE), resumed);
        }

        @Test
        void aDeletedOneLeavesNothing() {
            Scheduler a = scheduler("a");
            a.schedule(each(MINUTE));
            run(MINUTE, a);
            assertThat(a.delete("s")).isTrue();
            assertThat(a.delete("s")).isFalse();
            assertThat(a.find("s")).isEmpty();
            assertThat(a.list()).isEmpty();
            run(SECOND, a);
            assertThat(storage().registry().list(StoredSchedule.KIND)).isEmpty();
            assertThat(storage().registry().list(Guard.kind("default"))).isEmpty();
            assertThat(jobs()).hasSize(1);
        }

        @Test
        void aDeletedOneMayBeMadeAgainBeforeTheLeaderHasSeenIt() {
            Scheduler a = scheduler("a");
            a.schedule(each(MINUTE));
            run(MINUTE, a);
            a.delete("s");
            assertThat(a.schedule(each(MINUTE))).isTrue();
            assertThat(info(a, "s").progress().runs()).isEmpty();
            Instant start = since("s");
            run(Duration.ofMinutes(2), a);
            assertThat(ticks("s"))
                    .hasSize(1 + expected(every(MINUTE), start, now()).size());
        }

        @Test
        void intoAnotherQueueItTakesItsProgressAlong() {
            HookedStorage paused = new HookedStorage(storage());
            Scheduler a = scheduler("a", paused);
            Scheduler b = scheduler("b");
            Schedule patient = each(MINUTE).misfire(Misfire.runOnce().grace(HOUR));
            a.schedule(patient);
            Instant start = since("s");
            run(Duration.ofMinutes(2), a);
            paused.beforeInsert(() -> {
                b.schedule(patient.queue("other"));
                run(LEASE.plusSeconds(1), b);
            });
            passUntil(now().plus(MINUTE));
            a.runPending();
            run(Duration.ofMinutes(2), a, b);

            assertTicks("s", every(MINUTE), start);
            assertThat(jobs()).extracting(JobSnapshot::queue).contains("default", "other");
            assertThat(storage().registry().list(Guard.kind("default"))).isEmpty();
            assertThat(storage().registry().list(Guard.kind("other"))).hasSize(1);
        }

        @Test
        void thereAndBackAgainItStillTicksOnce() {
            Scheduler a = scheduler("a");
            a.schedule(each(MINUTE));
            Instant start = since("s");
            run(Duration.ofMinutes(2), a);
            a.schedule(each(MINUTE).queue("other"));
            a.schedule(each(MINUTE));
            run(Duration.ofMinutes(2), a);
            assertTicks("s", every(MINUTE), start);
            assertThat(storage().registry().list(Guard.kind("other"))).isEmpty();
        }

        @Test
        void thereIsNoneOfThatName() {
            Scheduler a = scheduler("a");
            for (Runnable call : List.<Runnable>of(
                    () -> a.pause("x"),
                    () -> a.resume("x"),
                    () -> a.change(Schedule.of("x", every(MINUTE), WORK)),
                    () -> a.trigger("x"),
                    () -> a.preview("x", 1))) {
                assertThatThrownBy(call::run).isInstanceOf(JobQException.class).hasMessage("there is no schedule 'x'");
            }
            assertThat(a.find("x")).isEmpty();
            assertThat(a.delete("x")).isFalse();
        }
    }
}
