package io.jobq.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.JobId;
import io.jobq.limits.Limit;
import io.jobq.spi.Claim;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.Exchange.SettleResult;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import io.jobq.spi.Payload;
import io.jobq.spi.Report;
import io.jobq.spi.Rule;
import io.jobq.spi.Settlement;
import io.jobq.spi.StorageException;
import io.jobq.spi.WorkerLease;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Losing a primary under load. Replicas confirm each insert and settlement, so nothing accepted may be missing. */
class RedisFailoverTest {
    private static RedisOptions options(String uri) {
        return RedisOptions.of(uri).withTimeout(Duration.ofSeconds(1)).withReplicas(1);
    }

    /**
     * The servers keep their data, since Sentinel now and then makes the former primary the primary again once it is back,
     * and one that came back empty would have the other forget what it had confirmed.
     */
    @Test
    void sentinelsChooseAnotherPrimary() throws InterruptedException {
        try (SentinelTrio sentinels = SentinelTrio.start("--appendonly yes --appendfsync always");
                Load load = new Load(options(sentinels.uri()))) {
            load.awaitProgress();
            RedisProcess lost = sentinels.killPrimary();
            sentinels.awaitFailover();
            lost.restart(); // it comes back as the new primary's replica, or no change could be confirmed
            load.awaitProgress();
            load.awaitAll();
        }
    }

    /** Seen with a paused worker: its settlement was applied to the claim of the next. */
    @Test
    void aClaimThatTheNewPrimaryHasNotSeenSettlesNoLaterOne() {
        try (SentinelTrio sentinels = SentinelTrio.start();
                RedisStorage first =
                        RedisStorage.connect(options(sentinels.uri()).withReplicas(0))) {
            first.admin().rule("mail", new Rule(Rule.Target.QUEUE, "", Limit.concurrency(1), 0, null));
            first.jobs().insert(List.of(job("mail"), job("mail")));
            sentinels.awaitReplication();
            sentinels.cutOffReplica();
            Claimed forgotten = claim(first, "w1").get(0);
            sentinels.killPrimary();
            sentinels.replica().resume();
            sentinels.awaitFailover();

            try (RedisStorage second =
                    RedisStorage.connect(options(sentinels.uri()).withReplicas(0))) {
                Claimed later = claim(second, "w2").get(0);
                assertThat(later.job().id()).isEqualTo(forgotten.job().id());
                assertThat(later.lease().token())
                        .isGreaterThan(forgotten.lease().token());

                assertThat(settle(first, forgotten)).containsExactly(SettleResult.LOST);
                assertThat(claim(second, "w3")).as("the limit is 1").isEmpty();
                assertThat(settle(second, later)).containsExactly(SettleResult.APPLIED);
                assertThat(claim(second, "w3")).hasSize(1);
            }
        }
    }

    private static List<Claimed> claim(RedisStorage storage, String worker) {
        Claim want = new Claim(
                new WorkerLease(worker, Duration.ofSeconds(60)), List.of(new Claim.Share("mail", 1)), 1, Set.of());
        return storage.jobs().exchange(List.of(), want).claimed();
    }

    /** As a worker does, which sends its settlements until there is an answer. */
    private static List<SettleResult> settle(RedisStorage storage, Claimed claimed) {
        Claim none = new Claim(new WorkerLease("w", Duration.ofSeconds(60)), List.of(), 0, Set.of());
        List<Settlement> done = List.of(new Settlement.Succeeded(claimed.lease(), Report.NOTHING, null));
        return RedisProcess.patiently()
                .ignoreExceptions()
                .until(() -> storage.jobs().exchange(done, none).settled(), settled -> !settled.isEmpty());
    }

    @Test
    void aClusterMayAnswerThroughItsReplicas() {
        try (RedisCluster cluster = RedisCluster.start(1)) {
            for (int i = 0; i < 20; i++) { // Lettuce asks any node
                RedisStorage.connect(options(cluster.uri())).close();
            }
        }
    }

    @Test
    void jobsOfOtherNodesAreNotHeldWhileOneIsDown() {
        try (RedisCluster cluster = RedisCluster.start(0, "--cluster-require-full-coverage no");
                RedisStorage storage =
                        RedisStorage.connect(options(cluster.uri()).withReplicas(0))) {
            String lost = elsewhere(cluster, "mail");
            storage.jobs().insert(List.of(job("mail"), job(lost)));
            cluster.killPrimaryOf("jobq:{" + lost + "}:jobs");
            Claim both = new Claim(
                    new WorkerLease("w", Duration.ofSeconds(30)),
                    List.of(new Claim.Share("mail", 1), new Claim.Share(lost, 1)),
                    2,
                    Set.of());

            assertThatThrownBy(() -> storage.jobs().exchange(List.of(), both)).isInstanceOf(StorageException.class);
            Claim mail = new Claim(both.worker(), List.of(new Claim.Share("mail", 1)), 1, Set.of());
            assertThat(storage.jobs().exchange(List.of(), mail).claimed())
                    .extracting(claimed -> claimed.job().losses())
                    .containsExactly(0);
        }
    }

    /** A queue that lies on another node. */
    private static String elsewhere(RedisCluster cluster, String queue) {
        RedisProcess node = cluster.primaryOf("{" + queue + "}");
        return IntStream.range(0, 100)
                .mapToObj(i -> "q" + i)
                .filter(name -> cluster.primaryOf("{" + name + "}") != node)
                .findFirst()
                .orElseThrow();
    }

    private static NewJob job(String queue) {
        return new NewJob(JobId.next(), queue, "send", new Payload(1, new byte[] {'1'}), JobOptions.DEFAULT);
    }

    @Test
    void aClusterLosesAPrimary() throws InterruptedException {
        try (RedisCluster cluster = RedisCluster.start(1);
                Load load = new Load(options(cluster.uri()))) {
            load.awaitProgress();
            RedisProcess lost = cluster.killPrimaryOf("jobq:{default}:jobs");
            cluster.awaitFailover(lost);
            lost.restart();
            load.awaitProgress();
            load.awaitAll();
        }
    }
}
