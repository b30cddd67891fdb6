package io.jobq.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.jobq.JobId;
import io.jobq.JobSnapshot;
import io.jobq.JobState;
import io.jobq.spi.Claim;
import io.jobq.spi.Claim.Share;
import io.jobq.spi.Exchange;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.JobOptions;
import io.jobq.spi.Lease;
import io.jobq.spi.NewJob;
import io.jobq.spi.Payload;
import io.jobq.spi.WorkerLease;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stride scheduling against a storage reduced to "this queue has so many jobs". */
class QueueSharesTest {
    private static final long HOUR = Duration.ofHours(1).toNanos();
    private final Map<String, Integer> given = new HashMap<>();

    private static Map<String, Integer> weights() {
        Map<String, Integer> weights = new LinkedHashMap<>();
        weights.put("critical", 100);
        weights.put("default", 50);
        weights.put("bulk", 10);
        return weights;
    }

    private static Claimed jobOf(String queue) {
        JobId id = JobId.next();
        NewJob job = new NewJob(id, queue, "t", new Payload(1, new byte[0]), JobOptions.DEFAULT);
        JobSnapshot.Times times = new JobSnapshot.Times(Instant.EPOCH, Instant.EPOCH, Instant.EPOCH, null);
        JobSnapshot snapshot = new JobSnapshot(
                job, JobState.RUNNING, 1, 0, times, JobSnapshot.Progress.NONE, List.of(), List.of(), null, null, null);
        return new Claimed(new Lease(queue, id, 1, 0), snapshot);
    }

    /** One claim: quotas first, then what is left of the limit in the order listed. */
    private void claim(QueueShares shares, int limit, Map<String, Integer> backlog) {
        List<Claimed> claimed = new ArrayList<>();
        List<Share> divided = shares.divide(limit, 0);
        assertThat(divided.stream().mapToInt(Share::quota).sum()).isEqualTo(limit);
        for (boolean rest : new boolean[] {false, true}) {
            for (Share share : divided) {
                int wanted = rest ? limit - claimed.size() : share.quota();
                for (int i = 0; i < wanted && backlog.getOrDefault(share.queue(), 0) > 0; i++) {
                    backlog.merge(share.queue(), -1, Integer::sum);
                    claimed.add(jobOf(share.queue()));
                    given.merge(share.queue(), 1, Integer::sum);
                }
            }
        }
        shares.charge(claimed);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 16, 100})
    void busyQueuesShareByWeight(int limit) {
        QueueShares shares = new QueueShares(weights(), false, HOUR);
        Map<String, Integer> backlog =
                new HashMap<>(Map.of("critical", 1_000_000, "default", 1_000_000, "bulk", 1_000_000));
        int claims = 16_000 / limit;
        for (int i = 0; i < claims; i++) {
            claim(shares, limit, backlog);
        }
        double total = claims * limit;
        assertThat(given.get("critical") / total).isCloseTo(100 / 160.0, within(0.01));
        assertThat(given.get("default") / total).isCloseTo(50 / 160.0, within(0.01));
        assertThat(given.get("bulk") / total).isCloseTo(10 / 160.0, within(0.01));
    }

    @Test
    void noSlotStaysEmptyWhileAQueueHasWork() {
        QueueShares shares = new QueueShares(weights(), false, HOUR);
        Map<String, Integer> backlog = new HashMap<>(Map.of("bulk", 100));
        for (int i = 0; i < 10; i++) {
            claim(shares, 10, backlog);
        }
        assertThat(given).containsExactlyEntriesOf(Map.of("bulk", 100));
    }

    @Test
    void anIdleQueueSavesUpNothing() {
        QueueShares shares = new QueueShares(weights(), false, HOUR);
        Map<String, Integer> backlog = new HashMap<>(Map.of("bulk", 10_000));
        for (int i = 0; i < 1_000; i++) {
            claim(shares, 5, backlog);
        }
        given.clear();
        backlog.putAll(Map.of("default", 10_000, "bulk", 10_000));
        for (int i = 0; i < 600; i++) {
            claim(shares, 1, backlog);
        }
        assertThat(given.get("default")).isCloseTo(500, within(15));
        assertThat(given.get("bulk")).isCloseTo(100, within(15));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 16, 100})
    void inOrderAQueueGivesOnlyWhatThoseBeforeItHaveLeft(int limit) {
        QueueShares shares = new QueueShares(weights(), true, HOUR);
        Map<String, Integer> backlog = new HashMap<>(Map.of("critical", 1_000, "default", 1_000, "bulk", 1_000));
        for (int claimed = 0; claimed < 3_000; claimed += limit) {
            claim(shares, limit, backlog);
            int total = Math.min(3_000, claimed + limit);
            assertThat(given.get("critical")).isEqualTo(Math.min(1_000, total));
            assertThat(given.getOrDefault("default", 0)).isEqualTo(Math.min(1_000, Math.max(0, total - 1_000)));
            assertThat(given.getOrDefault("bulk", 0)).isEqualTo(Math.max(0, total - 2_000));
        }
        backlog.putAll(Map.of("bulk", 1_000, "critical", limit));
        given.clear();
        claim(shares, limit, backlog);
        assertThat(given).containsExactlyEntriesOf(Map.of("critical", limit));
    }

    private static List<String> queues(List<Share> shares) {
        return shares.stream().map(Share::queue).toList();
    }

    private static void drain(QueueShares shares, Map<String, Duration> drained, int limit) {
        Claim want = new Claim(new WorkerLease("w", Duration.ofSeconds(30)), shares.divide(limit, 0), limit, Set.of());
        shares.rest(want, new Exchange(List.of(), List.of(), null, Set.of(), drained), 0);
    }

    @Test
    void drainedQueuesAreLeftAloneUntilTheyAreNamedOrDueOrAllAreAsked() {
        QueueShares shares = new QueueShares(weights(), false, HOUR);
        drain(shares, Map.of("critical", Exchange.NEVER, "default", Duration.ofNanos(10), "bulk", Exchange.NEVER), 5);
        assertThat(shares.isAnyAwake()).isFalse();
        assertThat(shares.divide(5, 9)).isEmpty();
        assertThat(shares.wakeAt()).isEqualTo(10);
        assertThat(shares.divide(5, 10)).containsExactly(new Share("default", 5));
        shares.wake("bulk");
        assertThat(queues(shares.divide(5, 11))).containsExactlyInAnyOrder("default", "bulk");
        assertThat(queues(shares.divide(5, HOUR))).containsExactlyInAnyOrder("critical", "default", "bulk");
    }

    @Test
    void doubtAsksAll() {
        QueueShares shares = new QueueShares(weights(), true, HOUR);
        drain(shares, Map.of("critical", Exchange.NEVER, "default", Exchange.NEVER, "bulk", Exchange.NEVER), 5);
        shares.doubt();
        assertThat(queues(shares.divide(5, 1))).containsExactly("critical", "default", "bulk");
    }

    @Test
    void aQueueOfWhichNothingIsSaidIsDrainedIfLessWasClaimedThanAskedFor() {
        QueueShares shares = new QueueShares(weights(), false, HOUR);
        drain(shares, Map.of(), 5);
        assertThat(shares.isAnyAwake()).isFalse();
    }

    @Test
    void ofManyAFewGiveALotAndAllHaveTheirTurns() {
        Map<String, Integer> weights = new LinkedHashMap<>();
        Map<String, Integer> backlog = new HashMap<>();
        for (int i = 0; i < 1_000; i++) {
            weights.put("q" + i, 1);
            backlog.put("q" + i, 1_000);
        }
        QueueShares shares = new QueueShares(weights, false, HOUR);
        assertThat(shares.divide(100, 0).stream().filter(share -> share.quota() > 0))
                .hasSize(4);
        for (int i = 0; i < 1_000; i++) {
            claim(shares, 100, backlog);
        }
        assertThat(given.values())
                .hasSize(1_000)
                .allSatisfy(jobs -> assertThat(jobs).isBetween(75, 125));
    }
}
