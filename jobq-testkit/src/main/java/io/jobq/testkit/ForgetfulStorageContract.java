package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.JobId;
import io.jobq.JobState;
import io.jobq.limits.Limit;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.Exchange.SettleResult;
import io.jobq.spi.RenewResult;
import io.jobq.spi.Rule;
import io.jobq.spi.Rule.Target;
import io.jobq.spi.Settlement;
import io.jobq.spi.Storage;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What holds though a storage has forgotten its last changes, as one does at a failover. For storages that may; their test
 * class extends this one beside that of {@link JobStoreContract}.
 */
public abstract class ForgetfulStorageContract extends ContractFixtures {
    /** Remembers what the storage holds. */
    @Override
    public abstract Runnable remember(Storage storage);

    @Test
    void aForgottenClaimDoesNotSettleALaterOne() {
        JobId id = insert(1).get(0);
        Runnable back = remember(storage());
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
        Runnable back = remember(storage());
        List<Claimed> forgotten = claim(3);
        back.run();
        List<Claimed> later = claim(3);

        Settlement[] late = forgotten.stream().map(ContractFixtures::succeeded).toArray(Settlement[]::new);
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
        Runnable back = remember(storage());
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
        Runnable back = remember(storage());
        Claimed forgotten = claimOne();
        back.run();
        Claimed later = claimOne();

        assertThat(settle(succeeded(forgotten))).containsExactly(SettleResult.LOST);
        assertThat(claim(3)).isEmpty();
        apply(succeeded(later));
        assertThat(claim(3)).hasSize(1);
    }
}
