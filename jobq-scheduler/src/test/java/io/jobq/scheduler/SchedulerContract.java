package io.jobq.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.Job;
import io.jobq.JobHandle;
import io.jobq.JobSnapshot;
import io.jobq.JobState;
import io.jobq.Priority;
import io.jobq.scheduler.ScheduleRun.Result;
import io.jobq.spi.Due;
import io.jobq.spi.Guard;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import io.jobq.spi.Registry.Entry;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What schedulers promise on every storage. */
public abstract class SchedulerContract extends ScheduleChangesContract {
    @Nested
    class Ticks {
        @Test
        void eachIsOneJobWhoeverLeads() {
            Scheduler a = scheduler("a");
            Scheduler b = scheduler("b");
            a.schedule(each(SECOND));
            Instant start = since("s");
            run(MINUTE, a, b);

            assertTicks("s", every(SECOND), start);
            assertThat(jobs())
                    .allSatisfy(job -> assertThat(job.times().enqueued()).isAfterOrEqualTo(tick(job)));
            assertThat(a.isLeader()).isTrue();
            assertThat(b.isLeader()).isFalse();
        }

        @Test
        void theJobIsAsItWasScheduled() {
            Scheduler a = scheduler("a");
            Job job = Job.of("mail", Map.of("to", "ada"))
                    .priority(Priority.HIGH)
                    .tenant("acme")
                    .header("k", "v")
                    .maxAttempts(3)
                    .timeout(MINUTE)
                    .limitKey("smtp")
                    .idempotencyKey("digest");
            a.schedule(Schedule.of("s", every(MINUTE), job).queue("other"));
            run(MINUTE, a);

            JobSnapshot stored = jobs().get(0);
            assertThat(stored.type()).isEqualTo("mail");
            assertThat(stored.queue()).isEqualTo("other");
            assertThat(stored.job().payload().toString()).isEqualTo("{\"to\":\"ada\"}");
            assertThat(stored.job().options().withDue(Due.In.NOW))
                    .isEqualTo(job.header(Scheduler.SCHEDULE_HEADER, "s")
                            .header(Scheduler.TICK_HEADER, tick(stored).toString())
                            .idempotencyKey("digest@" + tick(stored))
                            .options());
        }

        @Test
        void jitterPutsOffTheStart() {
            Scheduler a = scheduler("a");
            Timetable timetable = Timetable.of(every(MINUTE)).jitter(Duration.ofSeconds(50));
            a.schedule(Schedule.of("s", timetable, WORK).overlap(Overlap.ALLOW));
            run(Duration.ofMinutes(5), a);

            assertThat(jobs())
                    .hasSizeBetween(5, 6)
                    .allSatisfy(job -> assertThat(Duration.between(
                                            timetable.startOf("s", tick(job)),
                                            job.times().due())
                                    .abs())
                            .isLessThan(Duration.ofSeconds(2)));
        }

        @Test
        void aScheduleThatIsOverGoesAfterADay() {
            Scheduler a = scheduler("a");
            a.schedule("s", Once.at(now().plus(MINUTE)), WORK);
            run(Duration.ofMinutes(2), a);
            assertThat(jobs()).hasSize(1);
            work();
            run(Duration.ofMinutes(2), a);
            assertThat(info(a, "s").next()).isNull();

            pass(clock, Duration.ofHours(25));
            run(SECOND, a);
            assertThat(a.find("s")).isEmpty();
            assertThat(storage().registry().list(StoredSchedule.KIND)).isEmpty();
            assertThat(storage().registry().list(Guard.kind("default"))).isEmpty();
        }

        @Test
        void oneThatCannotBeReadDoesNotKeepOthersFromTicking() {
            Entry odd = new Entry(StoredSchedule.KIND, "odd", "{\"terms\":{\"new\":1}}", 0);
            storage().registry().put(odd, 0, null);
            Scheduler a = scheduler("a");
            a.schedule(each(MINUTE));
            run(MINUTE, a);
            assertThat(jobs()).hasSize(1);
            assertThat(a.list()).extracting(ScheduleInfo::name).containsExactly("s");
        }
    }

    @Nested
    class Leaders {
        @Test
        void anotherTakesOverWithinTheLeaseAndNoTickIsMissing() {
            Scheduler a = scheduler("a");
            Scheduler b = scheduler("b");
            a.schedule(each(SECOND));
            Instant start = since("s");
            run(Duration.ofSeconds(20), a, b);
            assertThat(a.isLeader()).isTrue();

            run(LEASE.plusSeconds(1), b);
            assertThat(b.isLeader()).isTrue();
            assertTicks("s", every(SECOND), start);

            run(SECOND, a, b);
            assertThat(a.isLeader()).isFalse();
            assertTicks("s", every(SECOND), start);
        }

        @Test
        void oneThatClosesLetsAnotherLeadAtOnce() {
            Scheduler a = scheduler("a");
            Scheduler b = scheduler("b");
            run(SECOND, a, b);
            a.close();
            run(SECOND, b);
            assertThat(b.isLeader()).isTrue();
        }
    }

    @Nested
    class Restarts {
        @Test
        void oneThatStopsLetsAnotherLeadAndTakesOverAgain() {
            Scheduler a = scheduler("a");
            Scheduler b = scheduler("b");
            a.schedule(each(SECOND));
            Instant start = since("s");
            run(MINUTE, a, b);
            a.stop();
            assertThat(a.isLeader()).isFalse();
            run(SECOND, b);
            assertThat(b.isLeader()).isTrue();
            run(MINUTE, b);
            b.stop();
            run(MINUTE, a);
            assertThat(a.isLeader()).isTrue();
            assertTicks("s", every(SECOND), start);
        }

        @Test
        void whatWasChangedWhileItWasStoppedIsSeen() {
            Scheduler a = scheduler("a");
            a.schedule(each(SECOND));
            run(MINUTE, a);
            a.stop();
            scheduler("b").delete("s");
            scheduler("b").schedule("other", every(SECOND), WORK);
            int before = ticks("s").size();
            run(MINUTE, a);
            assertThat(ticks("s")).hasSize(before);
            assertThat(ticks("other")).isNotEmpty();
        }
    }

    @Nested
    class Downtime {
        private List<Instant> after(Duration downtime, Schedule schedule) {
            Scheduler a = scheduler("a");
            a.schedule(schedule);
            run(Duration.ofMinutes(3), a);
            work();
            a.close();
            Instant stopped = now();
            pass(clock, downtime);
            Scheduler b = scheduler("b");
            Instant started = now();
            for (int i = 0; i < 20; i++) {
                run(Duration.ofSeconds(2), b);
                work();
            }
            return ticks("s").stream()
                    .filter(tick -> tick.isAfter(stopped) && !tick.isAfter(started))
                    .toList();
        }

        private List<Instant> latest(int count, Instant until) {
            List<Instant> all = expected(every(MINUTE), until.minus(HOUR), until);
            return all.subList(all.size() - count, all.size());
        }

        @ParameterizedTest
        @EnumSource(names = {"ALLOW", "SKIP", "QUEUE_ONE"})
        void catchingUpRunsTheLatestOneAfterTheOther(Overlap overlap) {
            List<Instant> ran = after(
                    HOUR.plus(HOUR), each(MINUTE).misfire(Misfire.catchUp(5)).overlap(overlap));
            // five missed, and one that is still on time
            assertThat(ran).hasSizeBetween(5, 6);
            assertThat(ran).isEqualTo(latest(ran.size(), ran.get(ran.size() - 1)));
        }

        @Test
        void skippingRunsOnlyWhatIsOnTime() {
            List<Instant> ran = after(HOUR.plus(HOUR), each(MINUTE).misfire(Misfire.skip()));
            assertThat(ran).hasSizeLessThanOrEqualTo(1);
        }

        @ParameterizedTest
        @EnumSource
        void runningOnceRunsOnce(Overlap overlap) {
            Schedule hourly = each(HOUR).misfire(Misfire.runOnce()).overlap(overlap);
            assertThat(after(Duration.ofMinutes(150), hourly)).hasSize(1);
        }

        @Test
        void replacingRunsTheLatest() {
            List<Instant> ran = after(
                    HOUR.plus(HOUR), each(MINUTE).misfire(Misfire.catchUp(5)).overlap(Overlap.REPLACE));
            assertThat(ran).hasSize(1);
        }

        @Test
        void aDeadlineLimitsIt() {
            List<Instant> ran = after(
                    HOUR.plus(HOUR), each(MINUTE).misfire(Misfire.catchUp(1_000).within(Duration.ofMinutes(10))));
            assertThat(ran).hasSizeBetween(9, 11);
        }
    }

    @Nested
    class RunsThatOverlap {
        private Scheduler started(Overlap overlap) {
            Scheduler a = scheduler("a");
            a.schedule(each(MINUTE).overlap(overlap));
            run(MINUTE, a);
            assertThat(jobs()).hasSize(1);
            return a;
        }

        private long unfinished() {
            return jobs().stream().filter(job -> !job.state().isFinal()).count();
        }

        @Test
        void allowedTheyAreAllThere() {
            run(Duration.ofMinutes(5), started(Overlap.ALLOW));
            assertThat(unfinished()).isEqualTo(6);
        }

        @Test
        void skippedTheyAreCounted() {
            Scheduler a = started(Overlap.SKIP);
            run(Duration.ofMinutes(5), a);
            assertThat(jobs()).hasSize(1);
            assertThat(info(a, "s").progress().skipped()).isEqualTo(5);

            work();
            run(MINUTE, a);
            assertThat(jobs()).hasSize(2);
        }

        @Test
        void skippedTheyStaySoWhoeverLeads() {
            run(Duration.ofMinutes(2), started(Overlap.SKIP));
            work();
            run(LEASE.plusSeconds(1), scheduler("b"));
            assertThat(jobs()).hasSizeBetween(1, 2);
            assertThat(info(scheduler("c"), "s").progress().skipped()).isEqualTo(2);
        }

        @Test
        void queuedOneWaits() {
            Scheduler a = started(Overlap.QUEUE_ONE);
            run(Duration.ofMinutes(5), a);
            assertThat(jobs()).hasSize(1);
            assertThat(info(a, "s").progress().waiting()).hasSize(1);
            assertThat(info(a, "s").progress().skipped()).isEqualTo(4);

            work();
            run(Duration.ofSeconds(2), a);
            assertThat(jobs()).hasSize(2);
            assertThat(info(a, "s").progress().waiting()).isEmpty();
            assertThat(ticks("s").get(1)).isEqualTo(ticks("s").get(0).plus(MINUTE));
        }

        @Test
        void replacedTheEarlierIsCancelled() {
            run(Duration.ofMinutes(3), started(Overlap.REPLACE));
            assertThat(jobs()).hasSize(4);
            assertThat(unfinished()).isEqualTo(1);
            assertThat(jobs())
                    .filteredOn(job -> job.state() == JobState.CANCELLED)
                    .hasSize(3)
                    .extracting(JobSnapshot::reason)
                    .containsOnly("replaced by its schedule's next tick");
        }
    }

    @Nested
    class Runs {
        @Test
        void triggeredItRunsAtOnceEvenWhilePaused() {
            Scheduler a = scheduler("a");
            a.schedule(each(HOUR));
            a.pause("s");
            run(SECOND, a);
            JobHandle handle = a.trigger("s");
            work();

            assertThat(info(a, "s").progress().runs()).singleElement().satisfies(run -> {
                assertThat(run.job()).isEqualTo(handle.id());
                assertThat(run.manual()).isTrue();
                assertThat(run.result()).isEqualTo(Result.SUCCEEDED);
            });
        }

        @Test
        void triggeredBetweenTicksItDisturbsNone() {
            Scheduler a = scheduler("a");
            a.schedule(each(MINUTE));
            Instant start = since("s");
            run(Duration.ofSeconds(50), a);
            scheduler("b").trigger("s");
            run(Duration.ofMinutes(2), a);
            assertThat(ticks("s")).containsAll(expected(every(MINUTE), start, now()));
            assertThat(jobs()).hasSize(1 + expected(every(MINUTE), start, now()).size());
        }

        @Test
        void theLastTenAreKeptWithTheirResults() {
            Scheduler a = scheduler("a");
            a.schedule(each(MINUTE));
            for (int i = 0; i < 15; i++) {
                run(MINUTE, a);
                work();
            }
            a.pause("s"); // or it might tick meanwhile
            run(SECOND, a);
            work();
            run(Duration.ofSeconds(2), a);
            List<ScheduleRun> runs = info(a, "s").progress().runs();
            assertThat(runs).hasSize(10).extracting(ScheduleRun::result).containsOnly(Result.SUCCEEDED);
            assertThat(runs).extracting(ScheduleRun::tick).isSortedAccordingTo((x, y) -> y.compareTo(x));
        }

        @Test
        void theResultOutlivesTheJob() {
            Scheduler a = scheduler("a");
            a.schedule(each(TEN_MINUTES));
            run(TEN_MINUTES, a);
            work();
            run(Duration.ofSeconds(3), a);
            storage().admin().apply(JobFilter.ALL, new JobAction.Delete(), null, 10);
            assertThat(info(a, "s").progress().runs())
                    .extracting(ScheduleRun::result)
                    .containsExactly(Result.SUCCEEDED);
        }

        @Test
        void ofAJobThatIsGoneTheResultIsUnknown() {
            Scheduler a = scheduler("a");
            a.schedule(each(TEN_MINUTES));
            run(TEN_MINUTES, a);
            storage().admin().apply(JobFilter.ALL, new JobAction.Delete(), null, 10);
            assertThat(info(a, "s").progress().runs())
                    .extracting(ScheduleRun::result)
                    .containsExactly(Result.UNKNOWN);
        }

        @Test
        void theNextAreForetold() {
            Scheduler a = scheduler("a");
            a.schedule("s", Cron.unix("0 9 * * *", ZoneOffset.UTC), WORK);
            assertThat(a.preview("s", 3)).hasSize(3);
            assertThat(info(a, "s").next())
                    .isEqualTo(a.preview("s", 1).get(0).at().toInstant());
        }
    }
}
