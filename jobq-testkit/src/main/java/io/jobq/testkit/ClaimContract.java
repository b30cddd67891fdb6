package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.JobId;
import io.jobq.JobSnapshot;
import io.jobq.JobState;
import io.jobq.Priority;
import io.jobq.spi.Claim;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.Exchange.SettleResult;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import io.jobq.spi.JobOptions;
import io.jobq.spi.Lease;
import io.jobq.spi.RenewResult;
import io.jobq.spi.Report;
import io.jobq.spi.Settlement;
import io.jobq.spi.SweepResult;
import io.jobq.spi.WorkerLease;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Handing jobs out: order, shares, leases and their fence. */
abstract class ClaimContract extends ReplacingContract {
    @Nested
    class Order {
        @Test
        void firstInFirstOut() {
            List<JobId> ids = insert(5);

            assertThat(ids(claim(2))).isEqualTo(ids.subList(0, 2));
            assertThat(ids(claim(10))).isEqualTo(ids.subList(2, 5));
        }

        @Test
        void lowerLevelsFirst() {
            JobId low = insert(job(priority(Priority.LOW))).get(0);
            JobId last = insert(job(priority(new Priority(9)))).get(0);
            JobId normal = insert(job()).get(0);
            JobId first = insert(job(priority(new Priority(0)))).get(0);
            JobId critical = insert(job(priority(Priority.CRITICAL))).get(0);

            assertThat(ids(claim(5))).containsExactly(first, critical, normal, low, last);
        }

        @Test
        void fifoWithinALevel() {
            JobId high1 = insert(job(priority(Priority.HIGH))).get(0);
            JobId normal = insert(job()).get(0);
            JobId high2 = insert(job(priority(Priority.HIGH))).get(0);

            assertThat(ids(claim(3))).containsExactly(high1, high2, normal);
        }

        @Test
        void aDueJobKeepsItsPriority() {
            JobOptions highLater = delayed(Duration.ofSeconds(5)).withPriority(Priority.HIGH);
            JobId high = insert(job(highLater)).get(0);
            JobId normal = insert(1).get(0);
            pass(Duration.ofSeconds(6));

            assertThat(ids(claim(2))).containsExactly(high, normal);
        }
    }

    @Nested
    class Shares {
        @Test
        void eachQueueGivesItsQuotaFirst() {
            insert(10);
            insertInto("other", 10);

            assertThat(claimShares(6, new Claim.Share(QUEUE, 4), new Claim.Share("other", 2)))
                    .containsExactly(QUEUE, QUEUE, QUEUE, QUEUE, "other", "other");
        }

        @Test
        void whatAQueueCannotFillGoesToTheOthers() {
            insert(1);
            insertInto("other", 10);

            assertThat(claimShares(6, new Claim.Share(QUEUE, 4), new Claim.Share("other", 2)))
                    .hasSize(6)
                    .containsOnlyOnce(QUEUE);
        }

        @Test
        void theRestIsTakenInTheOrderListed() {
            insert(10);
            insertInto("other", 10);

            assertThat(claimShares(5, new Claim.Share(QUEUE, 1), new Claim.Share("other", 1)))
                    .filteredOn(QUEUE::equals)
                    .hasSize(4);
        }

        @Test
        void aQuotaOfNothingStillGetsWhatIsLeft() {
            insert(3);

            assertThat(claimShares(2, new Claim.Share(QUEUE, 0))).hasSize(2);
        }

        @Test
        void theLimitHoldsWhateverTheQuotas() {
            insert(10);
            insertInto("other", 10);

            assertThat(claimShares(3, new Claim.Share(QUEUE, Integer.MAX_VALUE), new Claim.Share("other", 5)))
                    .hasSize(3);
            assertThat(claimShares(0, new Claim.Share(QUEUE, 5))).isEmpty();
        }

        @Test
        void onlyListedQueuesGive() {
            insertInto("other", 1);

            assertThat(claim(10)).isEmpty();
            assertThat(claimShares(10)).isEmpty();
            assertThat(claimShares(10, new Claim.Share("unknown", 5))).isEmpty();
        }

        private void insertInto(String queue, int count) {
            for (int i = 0; i < count; i++) {
                insert(job(queue, JobOptions.DEFAULT));
            }
        }

        private List<String> claimShares(int limit, Claim.Share... shares) {
            Claim want = new Claim(WORKER, List.of(shares), limit, Set.of());
            return jobs().exchange(List.of(), want).claimed().stream()
                    .map(c -> c.job().queue())
                    .toList();
        }
    }

    @Nested
    class Leases {
        @Test
        void aClaimedJobRuns() {
            insert(1);
            Claimed claimed = claimOne();

            JobSnapshot job = claimed.job();
            assertThat(job.state()).isEqualTo(JobState.RUNNING);
            assertThat(job.times().started()).isNotNull();
            assertThat(claimed.lease().job()).isEqualTo(job.id());
            assertThat(claimed.lease().queue()).isEqualTo(QUEUE);
            assertThat(claimed.lease().token()).isPositive();
            assertThat(state(job.id())).isEqualTo(JobState.RUNNING);
            assertThat(claim(1)).isEmpty();
        }

        @Test
        void tokensGrowWithEveryClaim() {
            insert(1);
            long last = 0;
            for (int i = 0; i < 5; i++) {
                Claimed claimed = claimOne();
                assertThat(claimed.lease().token()).isGreaterThan(last);
                last = claimed.lease().token();
                apply(release(claimed));
            }
        }

        @Test
        void anExpiredLeaseIsReclaimedAndItsLossCounted() {
            JobId id = insert(1).get(0);
            claimOne();
            pass(LEASE_TIME.plusSeconds(2));

            assertThat(jobs().sweep(100)).isEqualTo(new SweepResult(0, 1, 0));
            JobSnapshot job = find(id);
            assertThat(job.state()).isEqualTo(JobState.READY);
            assertThat(job.losses()).isEqualTo(1);
            assertThat(job.attempt()).isEqualTo(1);
            assertThat(jobs().sweep(100)).isEqualTo(new SweepResult(0, 0, 0));
        }

        @Test
        void aReclaimedJobComesAheadOfItsLine() {
            List<JobId> ids = insert(3);
            claim(2);
            pass(LEASE_TIME.plusSeconds(2));
            jobs().sweep(100);

            assertThat(ids(claim(2))).containsExactlyInAnyOrderElementsOf(ids.subList(0, 2));
        }

        @Test
        void aLiveLeaseIsLeftAlone() {
            insert(1);
            claimOne();
            pass(LEASE_TIME.minusSeconds(5));

            assertThat(jobs().sweep(100).reclaimed()).isZero();
        }

        @Test
        void reclaimingIsBounded() {
            insert(5);
            claim(5);
            pass(LEASE_TIME.plusSeconds(2));

            assertThat(jobs().sweep(2).reclaimed()).isEqualTo(2);
            assertThat(jobs().sweep(2).reclaimed()).isEqualTo(2);
            assertThat(jobs().sweep(2).reclaimed()).isEqualTo(1);
        }

        @Test
        void leasesOfDifferentLengthsRunOutEachInItsTime() {
            List<JobId> ids = insert(2);
            claim(1);
            WorkerLease brief = new WorkerLease("worker-2", Duration.ofSeconds(5));
            jobs().exchange(List.of(), new Claim(brief, List.of(new Claim.Share(QUEUE, 1)), 1, Set.of()));
            pass(Duration.ofSeconds(7));

            assertThat(jobs().sweep(100).reclaimed()).isEqualTo(1);
            assertThat(state(ids.get(0))).isEqualTo(JobState.RUNNING);
            assertThat(state(ids.get(1))).isEqualTo(JobState.READY);
        }

        @Test
        void anExpiredLeaseThatNobodyTookStillCounts() {
            insert(1);
            Claimed claimed = claimOne();
            pass(LEASE_TIME.plusSeconds(2));

            apply(succeeded(claimed));
            assertThat(state(claimed.job().id())).isEqualTo(JobState.SUCCEEDED);
        }

        @Test
        void afterReclaimingTheOldLeaseIsLost() {
            insert(1);
            Claimed old = claimOne();
            pass(LEASE_TIME.plusSeconds(2));
            jobs().sweep(100);
            assertThat(settle(succeeded(old))).containsExactly(SettleResult.LOST);

            Claimed successor = claimOne();
            assertThat(successor.lease().token()).isGreaterThan(old.lease().token());
            assertThat(settle(succeeded(old))).containsExactly(SettleResult.LOST);
            apply(succeeded(successor));
        }

        @Test
        void aClaimWhoseReplyIsLostRunsOut() {
            JobId id = insert(1).get(0);
            claimOne();
            assertThat(claim(1)).isEmpty();
            pass(LEASE_TIME.plusSeconds(2));
            jobs().sweep(100);

            assertThat(claimOne().job().id()).isEqualTo(id);
        }
    }

    @Nested
    class Renewing {
        @Test
        void prolongsByTheLeaseTimeFromNow() {
            insert(1);
            Claimed claimed = claimOne();
            for (int i = 0; i < 3; i++) {
                pass(Duration.ofSeconds(20));
                assertThat(renew(report(claimed))).containsExactly(RenewResult.HELD);
                assertThat(jobs().sweep(100).reclaimed()).isZero();
            }
            pass(LEASE_TIME.plusSeconds(2));

            assertThat(jobs().sweep(100).reclaimed()).isEqualTo(1);
        }

        @Test
        void renewsTwiceInOneMomentWithoutHarm() {
            insert(1);
            Claimed claimed = claimOne();

            assertThat(renew(report(claimed), report(claimed))).containsExactly(RenewResult.HELD, RenewResult.HELD);
            pass(LEASE_TIME.plusSeconds(2));
            assertThat(jobs().sweep(100).reclaimed()).isEqualTo(1);
        }

        @Test
        void onlyWhatIsRenewedIsProlonged() {
            insert(2);
            List<Claimed> both = claim(2);
            pass(Duration.ofSeconds(20));
            renew(report(both.get(0)));
            pass(Duration.ofSeconds(15));
            jobs().sweep(100);

            assertThat(state(both.get(0).job().id())).isEqualTo(JobState.RUNNING);
            assertThat(state(both.get(1).job().id())).isEqualTo(JobState.READY);
        }

        @Test
        void aStaleLeaseIsLost() {
            insert(1);
            Claimed old = claimOne();
            apply(release(old));
            assertThat(renew(report(old))).containsExactly(RenewResult.LOST);
            Claimed current = claimOne();

            assertThat(renew(report(old), report(current))).containsExactly(RenewResult.LOST, RenewResult.HELD);
            assertThat(renew(new Report(stale(current.lease()), Report.NOTHING)))
                    .containsExactly(RenewResult.LOST);
        }

        @Test
        void aFinishedOrUnknownJobIsLost() {
            insert(1);
            Claimed claimed = claimOne();
            apply(succeeded(claimed));
            Lease unknown = new Lease(QUEUE, JobId.next(), 1, 0);

            assertThat(renew(report(claimed), new Report(unknown, Report.NOTHING)))
                    .containsExactly(RenewResult.LOST, RenewResult.LOST);
        }

        @Test
        void tellsOfAWishToCancelAndProlongs() {
            insert(1);
            Claimed claimed = claimOne();
            admin().apply(JobFilter.ALL, new JobAction.Cancel("no longer wanted"), null, 10);
            pass(Duration.ofSeconds(20));

            assertThat(renew(report(claimed))).containsExactly(RenewResult.CANCEL_REQUESTED);
            pass(Duration.ofSeconds(20));
            assertThat(jobs().sweep(100).reclaimed()).isZero();
        }
    }

    @Nested
    class ProgressAndLog {
        @Test
        void renewalsCarryProgressAndLog() {
            insert(1);
            Claimed claimed = claimOne();
            renew(say(claimed, 40, "halfway", "one", "two"));
            renew(say(claimed, -1, null, "three"));
            assertThat(find(claimed.job().id()).progress()).isEqualTo(new JobSnapshot.Progress(40, "halfway"));
            assertThat(find(claimed.job().id()).log()).containsExactly("one", "two", "three");

            renew(say(claimed, 80, null));
            assertThat(find(claimed.job().id()).progress()).isEqualTo(new JobSnapshot.Progress(80, "halfway"));
        }

        @Test
        void settlementsCarryTheLastWords() {
            insert(1);
            Claimed claimed = claimOne();
            Report.Words words = say(claimed, 100, "done", "bye").words();
            apply(new Settlement.Succeeded(claimed.lease(), words, null));

            assertThat(find(claimed.job().id()).progress()).isEqualTo(new JobSnapshot.Progress(100, "done"));
            assertThat(find(claimed.job().id()).log()).containsExactly("bye");
        }

        @Test
        void aLostLeaseSaysNothing() {
            insert(1);
            Claimed old = claimOne();
            apply(release(old));
            Claimed current = claimOne();
            renew(say(old, 99, "zombie", "boo"));
            settle(new Settlement.Succeeded(
                    old.lease(), say(old, 99, "zombie", "boo").words(), null));

            assertThat(find(current.job().id()).progress()).isEqualTo(JobSnapshot.Progress.NONE);
            assertThat(find(current.job().id()).log()).isEmpty();
        }

        @Test
        void theLastHundredLinesAreKept() {
            insert(1);
            Claimed claimed = claimOne();
            for (int i = 0; i < 15; i++) {
                renew(say(claimed, -1, null, lines(10 * i, 10)));
            }
            assertThat(find(claimed.job().id()).log()).containsExactly(lines(50, 100));

            renew(say(claimed, -1, null, lines(1_000, 150)));
            assertThat(find(claimed.job().id()).log()).containsExactly(lines(1_050, 100));
        }

        private String[] lines(int from, int count) {
            String[] lines = new String[count];
            for (int i = 0; i < count; i++) {
                lines[i] = "line " + (from + i);
            }
            return lines;
        }

        private Report say(Claimed claimed, int percent, @Nullable String note, String... log) {
            return new Report(claimed.lease(), new Report.Words(percent, note, List.of(log)));
        }
    }

    List<RenewResult> renew(Report... held) {
        return jobs().renew(WORKER, List.of(held));
    }
}
