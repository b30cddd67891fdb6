package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jobq.JobId;
import io.jobq.JobState;
import io.jobq.limits.Limit;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.Exchange.SettleResult;
import io.jobq.spi.Lease;
import io.jobq.spi.NewJob;
import io.jobq.spi.RenewResult;
import io.jobq.spi.Retention;
import io.jobq.spi.Rule;
import io.jobq.spi.Rule.Target;
import io.jobq.spi.Settlement;
import io.jobq.spi.Storage;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What holds though a storage has forgotten its last changes, as one does at a failover. */
abstract class FenceContract extends RegistryContract {
    /** Remembers what the storage holds; a storage that forgets nothing skips the test. */
    Runnable goBack() {
        Runnable back = remember(storage());
        assumeTrue(back != null, "the storage forgets nothing");
        return Objects.requireNonNull(back);
    }

    private static Claimed withOtherNonce(Claimed claimed) {
        Lease lease = claimed.lease();
        return new Claimed(
                new Lease(lease.queue(), lease.job(), lease.token(), lease.nonce() ^ 1 << 20), claimed.job());
    }

    private RenewResult renew(Claimed claimed) {
        return jobs().renew(WORKER, List.of(report(claimed))).get(0);
    }

    @Nested
    class Fence {
        @Test
        void theTokenOfALaterClaimIsGreaterThoughEverythingIsForgotten() {
            NewJob job = job();
            insert(job);
            Claimed first = claimOne();
            pass(Duration.ofSeconds(1));

            try (Storage empty = create(Retention.DEFAULT, clock)) {
                empty.jobs().insert(List.of(job));
                Claimed later = empty.jobs()
                        .exchange(List.of(), wanting(1, QUEUE))
                        .claimed()
                        .get(0);

                assertThat(later.lease().token()).isGreaterThan(first.lease().token());
                assertThat(later.lease().nonce()).isNotEqualTo(first.lease().nonce());
                assertThat(empty.jobs()
                                .exchange(List.of(succeeded(first)), wanting(0))
                                .settled())
                        .containsExactly(SettleResult.LOST);
            }
        }

        @Test
        void onlyTheVeryClaimSettlesAndRenews() {
            JobId id = insert(1).get(0);
            Claimed claimed = claimOne();
            Claimed other = withOtherNonce(claimed);

            assertThat(renew(other)).isEqualTo(RenewResult.LOST);
            assertThat(settle(succeeded(other))).containsExactly(SettleResult.LOST);
            assertThat(settle(release(other))).containsExactly(SettleResult.LOST);
            assertThat(state(id)).isEqualTo(JobState.RUNNING);

            apply(release(claimed));
            assertThat(settle(release(other))).as("no repetition").containsExactly(SettleResult.LOST);
            apply(succeeded(claimOne()));
            assertThat(settle(succeeded(other))).as("no repetition").containsExactly(SettleResult.LOST);
        }

        @Test
        void aForgottenClaimDoesNotSettleALaterOne() {
            JobId id = insert(1).get(0);
            Runnable back = goBack();
            Claimed forgotten = claimOne();
            back.run();
            Claimed later = claimOne();

            assertThat(later.lease().token()).isGreaterThan(forgotten.lease().token());
            assertThat(later.lease().nonce()).isNotEqualTo(forgotten.lease().nonce());
            assertThat(renew(forgotten)).isEqualTo(RenewResult.LOST);
            assertThat(settle(succeeded(forgotten))).containsExactly(SettleResult.LOST);
            assertThat(settle(release(forgotten))).containsExactly(SettleResult.LOST);
            assertThat(state(id)).isEqualTo(JobState.RUNNING);
            assertThat(renew(later)).isEqualTo(RenewResult.HELD);
            apply(succeeded(later));
        }

        @Test
        void oneOfSeveralThatWereClaimedTogetherDoesNotSettleALaterOne() {
            insert(3);
            Runnable back = goBack();
            List<Claimed> forgotten = claim(3);
            back.run();
            List<Claimed> later = claim(3);

            Settlement[] late =
                    forgotten.stream().map(ContractFixtures::succeeded).toArray(Settlement[]::new);
            assertThat(settle(late)).containsOnly(SettleResult.LOST);
            assertThat(jobs().renew(
                                    WORKER,
                                    later.stream().map(ContractFixtures::report).toList()))
                    .containsOnly(RenewResult.HELD);
            later.forEach(claimed -> apply(succeeded(claimed)));
        }

        @Test
        void aClaimOutlivesAForgottenSettlement() {
            JobId id = insert(1).get(0);
            Claimed claimed = claimOne();
            Runnable back = goBack();
            apply(succeeded(claimed));
            back.run();

            assertThat(renew(claimed)).isEqualTo(RenewResult.HELD);
            apply(succeeded(claimed));
            assertThat(state(id)).isEqualTo(JobState.SUCCEEDED);
        }

        @Test
        void aForgottenClaimFreesNoSlotOfALimit() {
            admin().rule(QUEUE, new Rule(Target.TYPE, TYPE, Limit.concurrency(1), 0, null));
            insert(3);
            Runnable back = goBack();
            Claimed forgotten = claimOne();
            back.run();
            Claimed later = claimOne();

            assertThat(settle(succeeded(forgotten))).containsExactly(SettleResult.LOST);
            assertThat(claim(3)).isEmpty();
            apply(succeeded(later));
            assertThat(claim(3)).hasSize(1);
        }

        @Test
        void tokensGrowThoughTheClockHasBeenReadBefore() {
            List<JobId> ids = insert(2);
            Claimed first = claimOne();
            apply(release(first));
            Claimed again = claimOne();
            assertThat(again.job().id()).isEqualTo(ids.get(0));
            assertThat(again.lease().token()).isGreaterThan(first.lease().token());
            assertThat(again.lease().token()).as("exact in a double").isLessThan(1L << 53);
        }
    }
}
