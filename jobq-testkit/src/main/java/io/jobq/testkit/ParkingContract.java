package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.JobId;
import io.jobq.JobState;
import io.jobq.Priority;
import io.jobq.spi.Claim;
import io.jobq.spi.Exchange;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import io.jobq.spi.NewJob;
import io.jobq.spi.Settlement;
import io.jobq.spi.StorageStats.QueueStats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Jobs of types that no worker knows. */
abstract class ParkingContract extends ReturnContract {
    @Nested
    class Parking {
        @Test
        void aParkedJobWaitsForAWorkerThatKnowsItsType() {
            JobId id = parked("new_type");
            assertThat(state(id)).isEqualTo(JobState.READY);
            assertThat(claim(10)).isEmpty();
            assertThat(claimKnowing("other_type").claimed()).isEmpty();

            Exchange known = claimKnowing("new_type");
            assertThat(ids(known.claimed())).containsExactly(id);
            assertThat(known.claimed().get(0).job().attempt()).isEqualTo(1);
            assertThat(known.parked()).isEmpty();
        }

        @Test
        void claimsOfItsQueueHearOfTheType() {
            parked("new_type");
            assertThat(exchange(List.of(), 1).parked()).containsExactly("new_type");
            assertThat(jobs().exchange(List.of(), wanting(1, "other")).parked()).isEmpty();
        }

        @Test
        void othersAreNotHeldUp() {
            parked("new_type");
            JobId other = insert(1).get(0);

            assertThat(ids(claim(10))).containsExactly(other);
        }

        @Test
        void parkedJobsComeBackInOrder() {
            List<NewJob> waiting = List.of(jobOfType("t"), jobOfType("t"), jobOfType("t"));
            List<JobId> ids = insert(waiting.toArray(NewJob[]::new));
            claim(3).forEach(c -> apply(park(c)));

            assertThat(ids(claimKnowing("t").claimed())).containsExactlyElementsOf(ids);
        }

        @Test
        void thousandsOfSeveralTypesComeBackInOrder() {
            List<JobId> ids = new ArrayList<>();
            for (int i = 0; i < 125; i++) {
                ids.addAll(insertTen("a", Priority.NORMAL));
                ids.addAll(insertTen("b", Priority.NORMAL));
            }

            assertThat(parkAllAndComeBack()).isEqualTo(ids);
        }

        @Test
        void thousandsOfSeveralLevelsComeBackInTheOrderOfEach() {
            List<JobId> high = new ArrayList<>();
            List<JobId> normal = new ArrayList<>();
            for (int i = 0; i < 125; i++) {
                high.addAll(insertTen(i % 3 == 0 ? "a" : "b", Priority.HIGH));
                normal.addAll(insertTen(i % 3 == 1 ? "a" : "b", Priority.NORMAL));
            }
            List<JobId> order = parkAllAndComeBack();

            assertThat(order).hasSize(2_500).containsSubsequence(high).containsSubsequence(normal);
        }

        private List<JobId> insertTen(String type, Priority priority) {
            return insert(
                    Stream.generate(() -> new NewJob(JobId.next(), QUEUE, type, payload("{}"), priority(priority)))
                            .limit(10)
                            .toArray(NewJob[]::new));
        }

        private List<JobId> parkAllAndComeBack() {
            for (int i = 0; i < 25; i++) {
                settle(claim(100).stream().map(ContractFixtures::park).toArray(Settlement[]::new));
            }
            List<JobId> order = new ArrayList<>();
            Exchange answer = claimKnowing(300, "a", "b");
            while (!answer.claimed().isEmpty() || Duration.ZERO.equals(answer.nextDue())) {
                order.addAll(ids(answer.claimed()));
                answer = claimKnowing(300, "a", "b");
            }
            assertThat(answer.parked()).isEmpty();
            return order;
        }

        @Test
        void statsCountThemByType() {
            parked("a");
            parked("a");
            parked("b");
            QueueStats stats = Objects.requireNonNull(admin().stats().queues().get(QUEUE));

            assertThat(stats.parked()).containsOnly(Map.entry("a", 2L), Map.entry("b", 1L));
            assertThat(stats.count(JobState.READY)).isEqualTo(3);
            assertThat(stats.oldestReady()).isNull();
        }

        @Test
        void parkedJobsCanBeListedCancelledAndDeleted() {
            JobId first = parked("a");
            JobId second = parked("a");
            assertThat(listAll(JobFilter.ALL.withStates(JobState.READY), 1)).containsExactlyInAnyOrder(first, second);
            admin().apply(JobFilter.ALL.withIds(Set.of(first)), new JobAction.Cancel("no"), null, 1);
            admin().apply(JobFilter.ALL.withIds(Set.of(second)), new JobAction.Delete(), null, 1);

            assertThat(state(first)).isEqualTo(JobState.CANCELLED);
            assertThat(exchange(List.of(), 1).parked()).isEmpty();
            assertThat(claimKnowing("a").claimed()).isEmpty();
        }

        private JobId parked(String type) {
            JobId id = insert(jobOfType(type)).get(0);
            apply(park(claimOne()));
            return id;
        }

        private Exchange claimKnowing(String type) {
            return claimKnowing(10, type);
        }

        private Exchange claimKnowing(int limit, String... types) {
            List<Claim.Share> shares = List.of(new Claim.Share(QUEUE, limit));
            return jobs().exchange(List.of(), new Claim(WORKER, shares, limit, Set.of(types)));
        }
    }
}
