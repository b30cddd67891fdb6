package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.JobId;
import io.jobq.JobSnapshot;
import io.jobq.JobState;
import io.jobq.spi.Exchange;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.Exchange.SettleResult;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import io.jobq.spi.JobOptions;
import io.jobq.spi.Lease;
import io.jobq.spi.Report;
import io.jobq.spi.Retention;
import io.jobq.spi.Settlement;
import io.jobq.spi.SweepResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Taking outcomes in: what each does, once, and only under the current lease. */
abstract class SettlementContract extends HoldingContract {
    private static final Duration LATER = Duration.ofSeconds(10);

    @Nested
    class Settling {
        @Test
        void success() {
            JobId id = insert(1).get(0);
            apply(new Settlement.Succeeded(claimOne().lease(), Report.NOTHING, payload("42")));

            JobSnapshot job = find(id);
            assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
            assertThat(job.result()).isEqualTo(payload("42"));
            assertThat(job.attempt()).isEqualTo(1);
            assertThat(job.reason()).isNull();
            assertThat(job.times().finished()).isNotNull();
        }

        @Test
        void retryIsTheNextAttemptAfterItsDelay() {
            JobId id = settledJob(c -> retry(c, LATER));
            assertThat(state(id)).isEqualTo(JobState.SCHEDULED);
            assertThat(find(id).attempt()).isEqualTo(2);
            assertThat(find(id).errors()).hasSize(1);
            assertThat(find(id).errors().get(0).errorClass()).isEqualTo("java.io.IOException");
            assertThat(claim(1)).isEmpty();

            pass(LATER.plusSeconds(1));
            assertThat(claimOne().job().attempt()).isEqualTo(2);
        }

        @Test
        void retryWithoutDelayIsReadyAtOnce() {
            JobId id = settledJob(c -> retry(c, Duration.ZERO));

            assertThat(state(id)).isEqualTo(JobState.READY);
            assertThat(find(id).attempt()).isEqualTo(2);
        }

        @Test
        void anErrorIsStoredAsItIs() {
            insert(1);
            Claimed claimed = claimOne();
            var error = error(1, "com.example.Größenfehler$1");
            apply(new Settlement.Retry(claimed.lease(), Report.NOTHING, LATER, error));

            assertThat(find(claimed.job().id()).errors()).containsExactly(error);
        }

        @Test
        void theLastTwentyErrorsAreKept() {
            JobId id = insert(1).get(0);
            for (int i = 0; i < 25; i++) {
                apply(retry(claimOne(), Duration.ZERO));
            }

            assertThat(find(id).attempt()).isEqualTo(26);
            assertThat(find(id).errors()).hasSize(20);
            assertThat(find(id).errors().get(0).attempt()).isEqualTo(6);
            assertThat(find(id).errors().get(19).attempt()).isEqualTo(25);
        }

        @Test
        void snoozeIsTheSameAttemptLater() {
            JobId id = settledJob(c -> snooze(c, LATER));
            assertThat(state(id)).isEqualTo(JobState.SCHEDULED);
            assertThat(find(id).reason()).isEqualTo("rate limited");
            assertThat(find(id).errors()).isEmpty();

            pass(LATER.plusSeconds(1));
            Claimed again = claimOne();
            assertThat(again.job().attempt()).isEqualTo(1);
            assertThat(again.job().reason()).isNull();
        }

        @Test
        void discardIsDeadAndKeepsTheNumberOfItsLastAttempt() {
            insert(1);
            apply(retry(claimOne(), Duration.ZERO));
            Claimed second = claimOne();
            apply(discard(second));

            JobSnapshot job = find(second.job().id());
            assertThat(job.state()).isEqualTo(JobState.DEAD);
            assertThat(job.attempt()).isEqualTo(2);
            assertThat(job.errors()).hasSize(2);
            assertThat(job.reason()).isEqualTo("attempts exhausted");
            assertThat(job.times().finished()).isNotNull();
        }

        @Test
        void discardWithoutAttemptHasNoError() {
            JobId id = settledJob(c -> new Settlement.Discard(c.lease(), Report.NOTHING, null, "poison pill"));

            assertThat(state(id)).isEqualTo(JobState.DEAD);
            assertThat(find(id).errors()).isEmpty();
            assertThat(find(id).reason()).isEqualTo("poison pill");
        }

        @Test
        void cancelHasItsReason() {
            JobId id = settledJob(c -> cancel(c));

            assertThat(state(id)).isEqualTo(JobState.CANCELLED);
            assertThat(find(id).reason()).isEqualTo("expired");
            assertThat(find(id).times().finished()).isNotNull();
        }

        @Test
        void releaseIsTheSameAttemptAheadOfItsLine() {
            List<JobId> ids = insert(3);
            apply(release(claimOne()));

            Claimed again = claimOne();
            assertThat(again.job().id()).isEqualTo(ids.get(0));
            assertThat(again.job().attempt()).isEqualTo(1);
            assertThat(again.job().losses()).isZero();
        }

        @Test
        void settlementsComeBeforeTheClaim() {
            JobId id = insert(1).get(0);
            Claimed claimed = claimOne();
            Exchange exchange = exchange(List.of(release(claimed)), 1);

            assertThat(exchange.settled()).containsExactly(SettleResult.APPLIED);
            assertThat(ids(exchange.claimed())).containsExactly(id);
        }

        @Test
        void aBatchIsAnsweredInOrder() {
            insert(3);
            List<Claimed> held = claim(3);
            Lease unknown = new Lease(QUEUE, JobId.next(), 1, 0);

            assertThat(settle(
                            succeeded(held.get(0)),
                            new Settlement.Succeeded(unknown, Report.NOTHING, null),
                            discard(held.get(2)),
                            retry(held.get(1), LATER)))
                    .containsExactly(
                            SettleResult.APPLIED, SettleResult.LOST, SettleResult.APPLIED, SettleResult.APPLIED);
        }
    }

    @Nested
    class Fencing {
        @Test
        void everyOutcomeMayBeSentAgainAndChangesNothingMore() {
            for (Function<Claimed, Settlement> how : outcomes()) {
                reopen(Retention.DEFAULT);
                insert(1);
                Claimed claimed = claimOne();
                apply(how.apply(claimed));
                JobSnapshot once = find(claimed.job().id());

                assertThat(settle(how.apply(claimed))).containsExactly(SettleResult.APPLIED);
                assertThat(find(claimed.job().id())).isEqualTo(once);
            }
        }

        @Test
        void aRepeatedOutcomeInOneBatchCountsOnce() {
            insert(1);
            Claimed claimed = claimOne();

            assertThat(settle(retry(claimed, LATER), retry(claimed, LATER)))
                    .containsExactly(SettleResult.APPLIED, SettleResult.APPLIED);
            assertThat(find(claimed.job().id()).attempt()).isEqualTo(2);
            assertThat(find(claimed.job().id()).errors()).hasSize(1);
        }

        @Test
        void everyOutcomeOfAStaleLeaseIsLost() {
            for (Function<Claimed, Settlement> how : outcomes()) {
                reopen(Retention.DEFAULT);
                insert(1);
                Claimed old = claimOne();
                pass(LEASE_TIME.plusSeconds(2));
                jobs().sweep(100);
                Claimed current = claimOne();
                JobSnapshot before = find(current.job().id());

                assertThat(settle(how.apply(old))).containsExactly(SettleResult.LOST);
                assertThat(find(current.job().id())).isEqualTo(before);
            }
        }

        @Test
        void aTokenFromTheFutureIsLost() {
            insert(1);
            Claimed claimed = claimOne();

            assertThat(settle(new Settlement.Succeeded(stale(claimed.lease()), Report.NOTHING, null)))
                    .containsExactly(SettleResult.LOST);
            assertThat(state(claimed.job().id())).isEqualTo(JobState.RUNNING);
        }

        @Test
        void aRepeatIsRecognizedWhileTheSuccessorRuns() {
            insert(1);
            Claimed first = claimOne();
            apply(retry(first, Duration.ZERO));
            Claimed second = claimOne();

            assertThat(settle(retry(first, Duration.ZERO))).containsExactly(SettleResult.APPLIED);
            assertThat(state(second.job().id())).isEqualTo(JobState.RUNNING);
            apply(succeeded(second));
        }

        private List<Function<Claimed, Settlement>> outcomes() {
            return List.of(
                    ContractFixtures::succeeded,
                    c -> retry(c, LATER),
                    c -> snooze(c, LATER),
                    ContractFixtures::discard,
                    ContractFixtures::cancel,
                    ContractFixtures::release,
                    ContractFixtures::park);
        }
    }

    @Nested
    class CancelRequested {
        @Test
        @DisplayName("retry, snooze, release and park of a job that shall stop cancel it")
        void whatWouldGoOnIsCancelled() {
            List<Function<Claimed, Settlement>> goingOn = List.of(
                    c -> retry(c, LATER), c -> snooze(c, LATER), ContractFixtures::release, ContractFixtures::park);
            for (Function<Claimed, Settlement> how : goingOn) {
                JobId id = askedToStop(how);

                assertThat(state(id)).isEqualTo(JobState.CANCELLED);
                assertThat(find(id).reason()).isEqualTo("no longer wanted");
            }
        }

        @Test
        void whatEndedKeepsItsEnd() {
            assertThat(state(askedToStop(ContractFixtures::succeeded))).isEqualTo(JobState.SUCCEEDED);
            assertThat(state(askedToStop(ContractFixtures::discard))).isEqualTo(JobState.DEAD);
        }

        @Test
        void whoAskedForTheCancellationSaysWhy() {
            JobId cancelled = askedToStop(ContractFixtures::cancel);
            assertThat(state(cancelled)).isEqualTo(JobState.CANCELLED);
            assertThat(find(cancelled).reason()).isEqualTo("no longer wanted");
        }

        @Test
        void anExpiredLeaseOfSuchAJobCancelsIt() {
            JobId id = insert(1).get(0);
            claimOne();
            requestCancel(id);
            pass(LEASE_TIME.plusSeconds(2));
            jobs().sweep(100);

            assertThat(state(id)).isEqualTo(JobState.CANCELLED);
            assertThat(find(id).reason()).isEqualTo("no longer wanted");
        }

        private JobId askedToStop(Function<Claimed, Settlement> how) {
            JobId id = insert(1).get(0);
            Claimed claimed = claimOne();
            requestCancel(id);
            apply(how.apply(claimed));
            return id;
        }

        private void requestCancel(JobId id) {
            JobFilter one = JobFilter.ALL.withIds(Set.of(id));
            assertThat(admin().apply(one, new JobAction.Cancel("no longer wanted"), null, 1)
                            .count())
                    .isEqualTo(1);
            assertThat(state(id)).isEqualTo(JobState.RUNNING);
        }
    }

    @Nested
    class RetentionLimits {
        private static final Duration LONG = Duration.ofDays(300);

        @Test
        void theNewestAreKeptPerStateWhenSettled() {
            reopen(new Retention(2, LONG, 3, LONG));
            List<JobId> succeeded = settled(5, ContractFixtures::succeeded);
            List<JobId> dead = settled(5, ContractFixtures::discard);
            List<JobId> cancelled = settled(5, ContractFixtures::cancel);

            assertThat(listAll(JobFilter.ALL.withStates(JobState.SUCCEEDED), 10))
                    .isEqualTo(succeeded.subList(3, 5));
            assertThat(listAll(JobFilter.ALL.withStates(JobState.DEAD), 10)).isEqualTo(dead.subList(2, 5));
            assertThat(listAll(JobFilter.ALL.withStates(JobState.CANCELLED), 10))
                    .isEqualTo(cancelled.subList(3, 5));
            assertThat(admin().find(succeeded.get(0))).isEmpty();
        }

        @Test
        void queuesAreLimitedEachForItself() {
            reopen(new Retention(1, LONG, 1, LONG));
            settledJob(ContractFixtures::succeeded);
            insert(job("other", JobOptions.DEFAULT));
            Claimed other =
                    jobs().exchange(List.of(), wanting(1, "other")).claimed().get(0);
            apply(succeeded(other));

            assertThat(listAll(JobFilter.ALL, 10)).hasSize(2);
        }

        @Test
        void nothingIsKeptIfNothingShallBe() {
            reopen(new Retention(0, LONG, 0, LONG));
            JobId id = settledJob(ContractFixtures::succeeded);

            assertThat(admin().find(id)).isEmpty();
        }

        @Test
        void theOldAreSwept() {
            reopen(new Retention(100, Duration.ofSeconds(60), 100, Duration.ofSeconds(120)));
            JobId succeeded = settledJob(ContractFixtures::succeeded);
            JobId cancelled = settledJob(ContractFixtures::cancel);
            JobId dead = settledJob(ContractFixtures::discard);
            pass(Duration.ofSeconds(50));
            assertThat(jobs().sweep(100).purged()).isZero();
            pass(Duration.ofSeconds(15));
            assertThat(jobs().sweep(100).purged()).isEqualTo(2);
            assertThat(admin().find(succeeded)).isEmpty();
            assertThat(admin().find(cancelled)).isEmpty();
            pass(Duration.ofSeconds(60));
            assertThat(jobs().sweep(100).purged()).isEqualTo(1);
            assertThat(admin().find(dead)).isEmpty();
        }

        @Test
        void whatASweepMakesTooManyDoesNotCountAsOld() {
            reopen(new Retention(2, Duration.ofSeconds(60), 2, LONG));
            settledJob(ContractFixtures::cancel);
            JobId old = settledJob(ContractFixtures::cancel);
            JobId running = insert(1).get(0);
            claimOne();
            admin().apply(JobFilter.ALL.withIds(Set.of(running)), new JobAction.Cancel("unwanted"), null, 1);
            pass(Duration.ofSeconds(62));

            assertThat(jobs().sweep(100)).isEqualTo(new SweepResult(0, 1, 1));
            assertThat(admin().find(old)).isEmpty();
            assertThat(admin().find(running)).map(JobSnapshot::state).hasValue(JobState.CANCELLED);
        }

        @Test
        void sweepingIsBounded() {
            reopen(new Retention(100, Duration.ofSeconds(60), 100, LONG));
            settled(5, ContractFixtures::succeeded);
            pass(Duration.ofSeconds(62));

            assertThat(jobs().sweep(3).purged()).isEqualTo(3);
            assertThat(jobs().sweep(3).purged()).isEqualTo(2);
        }

        @Test
        void liveJobsStayHoweverOld() {
            reopen(new Retention(0, Duration.ZERO, 0, Duration.ZERO));
            JobId ready = insert(1).get(0);
            JobId scheduled = insert(job(delayed(Duration.ofDays(400)))).get(0);
            pass(Duration.ofSeconds(100));
            jobs().sweep(100);

            assertThat(listAll(JobFilter.ALL, 10)).containsExactlyInAnyOrder(ready, scheduled);
        }

        private List<JobId> settled(int count, Function<Claimed, Settlement> how) {
            List<JobId> ids = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                ids.add(settledJob(how));
                pass(Duration.ofMillis(2));
            }
            return ids;
        }
    }
}
