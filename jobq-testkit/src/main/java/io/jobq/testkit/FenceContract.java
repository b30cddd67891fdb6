package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.JobId;
import io.jobq.JobState;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.Exchange.SettleResult;
import io.jobq.spi.Lease;
import io.jobq.spi.NewJob;
import io.jobq.spi.RenewResult;
import io.jobq.spi.Retention;
import io.jobq.spi.Storage;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What keeps claims of one job apart. {@link ForgetfulStorageContract} has what else holds at a failover. */
abstract class FenceContract extends RegistryContract {
    private static Claimed withOtherNonce(Claimed claimed) {
        Lease lease = claimed.lease();
        return new Claimed(
                new Lease(lease.queue(), lease.job(), lease.token(), lease.nonce() ^ 1 << 20), claimed.job());
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
