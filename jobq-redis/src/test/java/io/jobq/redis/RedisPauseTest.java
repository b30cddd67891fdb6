package io.jobq.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.JobId;
import io.jobq.limits.Limit;
import io.jobq.spi.Claim;
import io.jobq.spi.HoldingRule;
import io.jobq.spi.JobFilter;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import io.jobq.spi.Payload;
import io.jobq.spi.Rule;
import io.jobq.spi.StorageStats;
import io.jobq.spi.WorkerLease;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a pause outlives, and where it holds. */
class RedisPauseTest {
    private static final String QUEUE = "mail";
    private final RedisOptions options = RedisOptions.of(TestRedis.uri()).withPrefix(TestRedis.prefix());

    private static void insert(RedisStorage storage, int count) {
        for (int i = 0; i < count; i++) {
            storage.jobs()
                    .insert(List.of(new NewJob(
                            JobId.next(), QUEUE, "send", new Payload(1, new byte[] {'1'}), JobOptions.DEFAULT)));
        }
    }

    private static int claim(RedisStorage storage) {
        Claim want = new Claim(
                new WorkerLease("w", Duration.ofSeconds(30)), List.of(new Claim.Share(QUEUE, 100)), 100, Set.of());
        return storage.jobs().exchange(List.of(), want).claimed().size();
    }

    @Test
    void outlivesTheProcessThatAskedForIt() {
        try (RedisStorage storage = RedisStorage.connect(options)) {
            insert(storage, 3);
            storage.admin().pause(QUEUE, true);
        }
        try (RedisStorage storage = RedisStorage.connect(options)) {
            assertThat(claim(storage)).isZero();
            storage.admin().pause(QUEUE, false);
            assertThat(claim(storage)).isEqualTo(3);
        }
    }

    @Test
    void holdsInEveryPartition() {
        try (RedisStorage storage = RedisStorage.connect(options.withPartitions(QUEUE, 4))) {
            insert(storage, 20);
            assertThat(storage.admin().pause(QUEUE, true)).isTrue();
            assertThat(claim(storage)).isZero();
            assertThat(Objects.requireNonNull(storage.admin().stats().queues().get(QUEUE))
                            .paused())
                    .isTrue();
            storage.admin().pause(QUEUE, false);
            assertThat(claim(storage)).isEqualTo(20);
        }
    }

    @Test
    void ofATypeIsToldOnceForAllPartitions() {
        try (RedisStorage storage = RedisStorage.connect(options.withPartitions(QUEUE, 4))) {
            storage.admin().rule(QUEUE, new Rule(Rule.Target.TYPE, "send", Limit.PAUSED, 0, null));
            insert(storage, 20);
            assertThat(claim(storage)).isZero();
            StorageStats.Holding holding = Objects.requireNonNull(
                            storage.admin().stats().queues().get(QUEUE))
                    .holding();

            assertThat(holding.rules()).isEqualTo(1);
            assertThat(holding.allJobs()).isEqualTo(20);
            assertThat(holding.first())
                    .containsExactly(new HoldingRule(Rule.Target.TYPE, "send", Limit.PAUSED, 20, null));
            assertThat(storage.admin().list(JobFilter.ALL, null, 20).jobs()).allMatch(job -> job.heldBy() != null);
        }
    }
}
