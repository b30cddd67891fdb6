package io.jobq.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.JobId;
import io.jobq.JobSnapshot;
import io.jobq.JobState;
import io.jobq.spi.Claim;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import io.jobq.spi.Payload;
import io.jobq.spi.Report;
import io.jobq.spi.Settlement;
import io.jobq.spi.StorageException;
import io.jobq.spi.WorkerLease;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Replicas are to confirm, and there is none: so it is for some time after each failover. */
@Timeout(60)
class RedisUnconfirmedTest {
    private static final WorkerLease WORKER = new WorkerLease("w", Duration.ofSeconds(30));

    private static Claim claim(int limit) {
        return new Claim(WORKER, List.of(new Claim.Share("mail", limit)), limit, Set.of());
    }

    private static NewJob job() {
        return new NewJob(JobId.next(), "mail", "send", new Payload(1, new byte[] {'1'}), JobOptions.DEFAULT);
    }

    /** Each would be a loss, and three make a dead letter of a job that never ran. */
    @Test
    void nothingIsClaimedWithASettlementThatIsNotConfirmed() {
        try (RedisProcess redis = RedisProcess.start("")) {
            RedisOptions plain = RedisOptions.of(redis.uri()).withTimeout(Duration.ofMillis(500));
            try (RedisStorage storage = RedisStorage.connect(plain);
                    RedisStorage asking = RedisStorage.connect(plain.withReplicas(1))) {
                storage.jobs().insert(List.of(job(), job(), job()));
                Claimed done =
                        storage.jobs().exchange(List.of(), claim(1)).claimed().get(0);
                List<Settlement> end = List.of(new Settlement.Succeeded(done.lease(), Report.NOTHING, null));

                for (int i = 0; i < 3; i++) {
                    assertThatThrownBy(() -> asking.jobs().exchange(end, claim(2)))
                            .isInstanceOf(StorageException.class)
                            .hasMessageContaining("only 0 of 1 replicas");
                }

                List<JobSnapshot> claimed = storage.jobs().exchange(List.of(), claim(3)).claimed().stream()
                        .map(Claimed::job)
                        .toList();
                assertThat(claimed).hasSize(2).allSatisfy(job -> {
                    assertThat(job.losses()).isZero();
                    assertThat(job.attempt()).isEqualTo(1);
                });
                assertThat(storage.admin().find(done.job().id()).orElseThrow().state())
                        .isEqualTo(JobState.SUCCEEDED);
            }
        }
    }
}
