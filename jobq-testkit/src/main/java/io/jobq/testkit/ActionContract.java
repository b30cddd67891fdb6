package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.JobId;
import io.jobq.JobSnapshot;
import io.jobq.JobState;
import io.jobq.Priority;
import io.jobq.spi.Applied;
import io.jobq.spi.Due;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.InsertResult;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import io.jobq.spi.Report;
import io.jobq.spi.Retention;
import io.jobq.spi.Settlement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What an operator does to single jobs and to many. */
abstract class ActionContract extends AdminContract {
    static final String OTHER = "b:1";
    static final Duration LATER = Duration.ofMinutes(5);

    /** How far a job has come. */
    enum Stage {
        SCHEDULED,
        RETRYING,
        READY,
        PARKED,
        RUNNING,
        SUCCEEDED,
        DEAD,
        CANCELLED
    }

    private static final Set<Stage> WAITING = EnumSet.of(Stage.SCHEDULED, Stage.RETRYING, Stage.READY, Stage.PARKED);

    /** Starts over with one job, which has come so far. */
    private JobId only(Stage stage) {
        reopen(Retention.DEFAULT);
        return switch (stage) {
            case SCHEDULED -> insert(job(delayed(LATER))).get(0);
            case RETRYING -> settledJob(c -> retry(c, LATER));
            case READY -> insert(1).get(0);
            case PARKED -> settledJob(c -> park(c));
            case RUNNING -> {
                insert(1);
                yield claimOne().job().id();
            }
            case SUCCEEDED -> settledJob(c -> succeeded(c));
            case DEAD -> settledJob(c -> discard(c));
            case CANCELLED -> settledJob(c -> cancel(c));
        };
    }

    private static JobFilter one(JobId id) {
        return JobFilter.ALL.withIds(Set.of(id));
    }

    private void assertFits(JobAction action, Set<Stage> expected) {
        for (Stage stage : Stage.values()) {
            JobId id = only(stage);
            JobSnapshot before = find(id);
            int count = applyAll(one(id), action);
            assertThat(count).as("%s of a job that is %s", action, stage).isEqualTo(expected.contains(stage) ? 1 : 0);
            if (count == 0) {
                assertThat(find(id)).as("%s, left alone", stage).isEqualTo(before);
            }
            assertThat(applyAll(one(JobId.next()), action))
                    .as("%s of no job", action)
                    .isZero();
        }
    }

    @Nested
    class RunNow {
        private final JobAction runNow = new JobAction.RunNow();

        @Test
        void fitsScheduledJobsOnly() {
            assertFits(runNow, EnumSet.of(Stage.SCHEDULED, Stage.RETRYING));
        }

        @Test
        void aScheduledJobIsClaimableAtOnceBehindThoseThatWait() {
            JobId scheduled = insert(job(delayed(LATER))).get(0);
            JobId waiting = insert(1).get(0);
            assertThat(applyAll(one(scheduled), runNow)).isEqualTo(1);
            assertThat(applyAll(one(scheduled), runNow)).isZero();

            assertThat(state(scheduled)).isEqualTo(JobState.READY);
            assertThat(ids(claim(10))).containsExactly(waiting, scheduled);
            assertThat(exchange(List.of(), 1).nextDue()).isNull();
        }

        @Test
        void aRetryingJobKeepsItsAttempt() {
            JobId id = only(Stage.RETRYING);
            applyAll(one(id), runNow);
            Claimed second = claimOne();

            assertThat(second.job().attempt()).isEqualTo(2);
            assertThat(second.job().errors()).hasSize(1);
        }

        @Test
        void allOfAFilterRunInTheOrderOfTheirDueTimes() {
            List<JobId> ids = new ArrayList<>();
            for (int i = 1; i <= 25; i++) {
                ids.addAll(insert(job(delayed(LATER.multipliedBy(i)))));
            }
            assertThat(applyAll(JobFilter.ALL, runNow)).isEqualTo(25);

            assertThat(ids(claim(100))).isEqualTo(ids);
        }
    }

    @Nested
    class Reschedule {
        private final JobAction later = new JobAction.Reschedule(new Due.In(LATER));
        private final JobAction now = new JobAction.Reschedule(Due.In.NOW);

        @Test
        void fitsWaitingJobsOnly() {
            assertFits(later, WAITING);
            assertFits(now, WAITING);
        }

        @Test
        void aReadyJobWaitsUntilThen() {
            List<JobId> ids = insert(3);
            applyAll(one(ids.get(1)), later);

            assertThat(state(ids.get(1))).isEqualTo(JobState.SCHEDULED);
            assertThat(ids(claim(10))).containsExactly(ids.get(0), ids.get(2));
            pass(LATER.plusSeconds(1));
            assertThat(ids(claim(10))).containsExactly(ids.get(1));
        }

        @Test
        void aParkedJobWaitsUntilThen() {
            JobId id = only(Stage.PARKED);
            applyAll(one(id), later);
            assertThat(exchange(List.of(), 1).parked()).isEmpty();
            pass(LATER.plusSeconds(1));

            assertThat(claimOne().job().id()).isEqualTo(id);
        }

        @Test
        void toAnInstantOfTheStoragesClock() {
            JobId id = insert(job(delayed(LATER))).get(0);
            applyAll(one(id), new JobAction.Reschedule(new Due.At(now(clock).plus(Duration.ofMinutes(1)))));
            assertThat(claim(1)).isEmpty();
            pass(Duration.ofSeconds(62));

            assertThat(claimOne().job().id()).isEqualTo(id);
        }

        @Test
        void toThePastMeansNow() {
            JobId id = insert(job(delayed(LATER))).get(0);
            applyAll(one(id), new JobAction.Reschedule(new Due.At(now(clock).minusSeconds(60))));

            assertThat(claimOne().job().id()).isEqualTo(id);
        }

        @Test
        void toTheEndOfTimeIsPossible() {
            JobId id = insert(1).get(0);
            applyAll(one(id), new JobAction.Reschedule(new Due.In(Duration.ofSeconds(Long.MAX_VALUE))));

            assertThat(state(id)).isEqualTo(JobState.SCHEDULED);
        }

        @Test
        void aBulkActionMeetsNoJobTwice() {
            Set<JobId> all = new HashSet<>();
            for (int i = 1; i <= 10; i++) {
                all.addAll(insert(job(delayed(Duration.ofSeconds(30L * i)))));
                all.addAll(insert(1));
            }
            assertThat(applyAll(JobFilter.ALL, later)).isEqualTo(20);
            assertThat(applyAll(JobFilter.ALL, now)).isEqualTo(20);

            assertThat(ids(claim(100))).containsExactlyInAnyOrderElementsOf(all);
        }

        @Test
        void theNextDueTimeIsToldAnew() {
            JobId id = insert(1).get(0);
            applyAll(one(id), later);

            assertThat(exchange(List.of(), 1).nextDue()).isBetween(LATER.minusSeconds(4), LATER);
        }
    }

    @Nested
    class Move {
        private final JobAction move = new JobAction.Move(OTHER);

        @Test
        void fitsWaitingJobsOnly() {
            assertFits(move, WAITING);
            assertFits(new JobAction.Move(QUEUE), Set.of());
        }

        private List<JobId> claimOther() {
            return ids(jobs().exchange(List.of(), wanting(100, OTHER)).claimed());
        }

        @Test
        void aJobIsClaimedFromTheOtherQueueOnly() {
            List<JobId> ids = insert(3);
            applyAll(one(ids.get(1)), move);

            assertThat(find(ids.get(1)).queue()).isEqualTo(OTHER);
            assertThat(ids(claim(10))).containsExactly(ids.get(0), ids.get(2));
            assertThat(claimOther()).containsExactly(ids.get(1));
        }

        @Test
        void allOfAQueueKeepTheirOrderAndStandBehindThoseThere() {
            JobId there = insert(job(OTHER, JobOptions.DEFAULT)).get(0);
            List<JobId> ids = insert(25);
            JobId high = insert(job(priority(Priority.HIGH))).get(0);
            assertThat(applyAll(JobFilter.ALL.withQueue(QUEUE), move)).isEqualTo(26);

            List<JobId> expected = new ArrayList<>(List.of(high, there));
            expected.addAll(ids);
            assertThat(listAll(JobFilter.ALL, 7)).isEqualTo(expected);
            assertThat(claimOther()).isEqualTo(expected);
        }

        @Test
        void whatItHasBeenThroughGoesWithIt() {
            insert(job(JobOptions.DEFAULT.withExpiresAt(now(clock).plus(Duration.ofDays(1)))));
            Claimed first = claimOne();
            Report.Words words = new Report.Words(40, "half", List.of("a line"));
            apply(new Settlement.Retry(first.lease(), words, LATER, error(1, "java.io.IOException")));
            JobSnapshot before = find(first.job().id());
            applyAll(one(before.id()), move);

            JobSnapshot after = find(before.id());
            NewJob job = before.job();
            assertThat(after)
                    .isEqualTo(new JobSnapshot(
                            new NewJob(job.id(), OTHER, job.type(), job.payload(), job.options()),
                            before.state(),
                            before.attempt(),
                            before.losses(),
                            before.times(),
                            before.progress(),
                            before.errors(),
                            before.log(),
                            before.result(),
                            before.reason(),
                            before.heldBy()));
            assertThat(claimOther()).isEmpty();
            pass(LATER.plusSeconds(1));
            Claimed again =
                    jobs().exchange(List.of(), wanting(1, OTHER)).claimed().get(0);
            assertThat(again.lease().token()).isGreaterThan(first.lease().token());
        }

        @Test
        void theUniqueKeyGoesWithTheJob() {
            JobId id = insert(job(unique("k"))).get(0);
            applyAll(one(id), move);
            JobId next = insert(job(unique("k"))).get(0);

            assertThat(jobs().insert(List.of(job(OTHER, unique("k"))))).containsExactly(new InsertResult.Duplicate(id));
            assertThat(applyAll(one(next), move)).isZero();
            assertThat(find(next).queue()).isEqualTo(QUEUE);
            assertThat(ids(claim(10))).containsExactly(next);
        }

        @Test
        void aJobIsInOnePlaceWhateverTheCount() {
            insert(5);
            applyAll(JobFilter.ALL, move);
            applyAll(JobFilter.ALL, new JobAction.Move(QUEUE));

            assertThat(listAll(JobFilter.ALL, 2)).hasSize(5);
            assertThat(Objects.requireNonNull(admin().stats().queues().get(OTHER))
                            .count(JobState.READY))
                    .isZero();
            assertThat(claim(10)).hasSize(5);
        }
    }

    @Nested
    class ChangePriority {
        private final JobAction high = new JobAction.ChangePriority(Priority.HIGH);

        @Test
        void fitsWaitingJobsOnly() {
            assertFits(high, WAITING);
            assertFits(new JobAction.ChangePriority(Priority.NORMAL), Set.of());
        }

        @Test
        void theJobStandsAtTheEndOfItsNewLine() {
            List<JobId> ids = insert(3);
            JobId first = insert(job(priority(Priority.HIGH))).get(0);
            applyAll(one(ids.get(2)), high);

            assertThat(find(ids.get(2)).job().options().priority()).isEqualTo(Priority.HIGH);
            assertThat(ids(claim(10))).containsExactly(first, ids.get(2), ids.get(0), ids.get(1));
        }

        @Test
        void aScheduledJobJoinsItsNewLineWhenItIsDue() {
            JobId id = insert(job(delayed(LATER))).get(0);
            applyAll(one(id), high);
            assertThat(state(id)).isEqualTo(JobState.SCHEDULED);
            JobId normal = insert(1).get(0);
            pass(LATER.plusSeconds(1));

            assertThat(ids(claim(10))).containsExactly(id, normal);
        }

        @Test
        void aParkedJobStaysParked() {
            JobId id = only(Stage.PARKED);
            applyAll(one(id), high);

            assertThat(exchange(List.of(), 1).parked()).containsExactly(TYPE);
            assertThat(find(id).job().options().priority()).isEqualTo(Priority.HIGH);
        }

        @Test
        void thereAndBackIsPossible() {
            JobId low = insert(
                            job(priority(Priority.LOW).withExpiresAt(now(clock).plusSeconds(900))))
                    .get(0);
            JobSnapshot before = find(low);
            applyAll(one(low), new JobAction.ChangePriority(Priority.NORMAL));
            applyAll(one(low), new JobAction.ChangePriority(Priority.LOW));

            assertThat(find(low).job().options()).isEqualTo(before.job().options());
            assertThat(find(low).times()).isEqualTo(before.times());
            assertThat(applyAll(JobFilter.ALL, new JobAction.ChangePriority(Priority.LOW)))
                    .isZero();
        }
    }

    @Nested
    class EditPayload {
        private final JobAction edit = new JobAction.EditPayload(payload("{\"to\":\"grace@example.org\"}"));

        @Test
        void fitsAllButRunning() {
            assertFits(edit, EnumSet.complementOf(EnumSet.of(Stage.RUNNING)));
        }

        @Test
        void theHandlerGetsTheNewPayload() {
            NewJob job = job(JobOptions.DEFAULT
                    .withPriority(Priority.HIGH)
                    .withTenant("t")
                    .withExpiresAt(now(clock).plusSeconds(900)));
            insert(job);
            io.jobq.spi.Payload next = new io.jobq.spi.Payload(3, new byte[] {' ', 0, '}', -1});
            applyAll(one(job.id()), new JobAction.EditPayload(next));
            NewJob claimed = claimOne().job().job();

            assertThat(claimed.payload()).isEqualTo(next);
            assertThat(claimed.options().tenant()).isEqualTo("t");
            assertThat(claimed.options().priority()).isEqualTo(Priority.HIGH);
            assertThat(claimed.options().expiresAt())
                    .isCloseTo(
                            job.options().expiresAt(),
                            org.assertj.core.api.Assertions.within(1, java.time.temporal.ChronoUnit.MILLIS));
        }

        @Test
        void theRestOfTheJobStaysAsItIs() {
            JobId id = only(Stage.RETRYING);
            JobSnapshot before = find(id);
            applyAll(one(id), edit);
            JobSnapshot after = find(id);

            assertThat(after.times()).isEqualTo(before.times());
            assertThat(after.errors()).isEqualTo(before.errors());
            assertThat(after.attempt()).isEqualTo(before.attempt());
        }

        @Test
        void isForOneJobOnly() {
            List<JobId> ids = insert(2);
            for (JobFilter many : List.of(JobFilter.ALL, JobFilter.ALL.withIds(Set.copyOf(ids)))) {
                assertThatThrownBy(() -> admin().apply(many, edit, null, 1))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("one job");
            }
        }
    }

    @Nested
    class ActedOn {
        @Test
        void jobsLiveOnAsBefore() {
            JobId id = insert(job(delayed(LATER))).get(0);
            List<JobAction> actions = List.of(
                    new JobAction.ChangePriority(Priority.LOW),
                    new JobAction.Move(OTHER),
                    new JobAction.Reschedule(new Due.In(LATER)),
                    new JobAction.RunNow(),
                    new JobAction.Move(QUEUE),
                    new JobAction.EditPayload(payload("2")),
                    new JobAction.ChangePriority(Priority.NORMAL));
            actions.forEach(action ->
                    assertThat(applyAll(one(id), action)).as("%s", action).isEqualTo(1));
            apply(retry(claimOne(), Duration.ZERO));
            apply(release(claimOne()));
            apply(succeeded(claimOne()));

            assertThat(find(id).state()).isEqualTo(JobState.SUCCEEDED);
            assertThat(find(id).attempt()).isEqualTo(2);
            assertThat(find(id).job().payload()).isEqualTo(payload("2"));
            assertThat(applyAll(JobFilter.ALL, new JobAction.Delete())).isEqualTo(1);
            assertThat(listAll(JobFilter.ALL, 10)).isEmpty();
        }

        @Test
        void eachCallChangesAtMostItsLimit() {
            insert(5);
            for (JobAction action : List.of(
                    new JobAction.Reschedule(new Due.In(LATER)),
                    new JobAction.RunNow(),
                    new JobAction.ChangePriority(Priority.HIGH),
                    new JobAction.Move(OTHER))) {
                Applied first = admin().apply(JobFilter.ALL, action, null, 2);
                assertThat(first.count()).as("%s", action).isEqualTo(2);
                assertThat(first.next()).as("%s", action).isNotNull();
                applyAll(JobFilter.ALL, action);
            }
        }

        @Test
        @SuppressWarnings("NullAway")
        void nullsAreRejected() {
            List<Runnable> bad = List.of(
                    () -> new JobAction.Move(null),
                    () -> new JobAction.Reschedule(null),
                    () -> new JobAction.ChangePriority(null),
                    () -> new JobAction.EditPayload(null),
                    () -> new JobAction.Cancel(null));
            bad.forEach(each -> assertThatThrownBy(each::run).isInstanceOf(NullPointerException.class));
        }
    }
}
