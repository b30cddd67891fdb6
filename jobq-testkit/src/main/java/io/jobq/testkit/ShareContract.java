package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.JobId;
import io.jobq.JobState;
import io.jobq.Priority;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Who gets how much: tenants within a level. */
abstract class ShareContract extends ClaimContract {
    private static final String NOBODY = "nobody";

    static JobOptions of(String tenant) {
        return JobOptions.DEFAULT.withTenant(tenant);
    }

    private List<JobId> insert(String tenant, int count) {
        List<NewJob> added = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            added.add(job(of(tenant)));
        }
        return insert(added.toArray(NewJob[]::new));
    }

    private static Map<String, Integer> shares(List<Claimed> claimed) {
        Map<String, Integer> shares = new TreeMap<>();
        claimed.forEach(each -> shares.merge(tenant(each), 1, Integer::sum));
        return shares;
    }

    private static String tenant(Claimed claimed) {
        @Nullable String tenant = claimed.job().job().options().tenant();
        return tenant == null ? NOBODY : tenant;
    }

    @Nested
    class Tenants {
        @Test
        void shareALevelEqually() {
            insert("a", 200);
            insert("b", 50);
            insert("c", 50);

            assertThat(shares(claim(30))).isEqualTo(Map.of("a", 10, "b", 10, "c", 10));
            assertThat(shares(claim(7)).values()).allMatch(each -> each == 2 || each == 3);
            List<Claimed> rest = claim(1_000);
            assertThat(rest).hasSize(263);
            assertThat(shares(rest.subList(0, 90)).get("b")).isBetween(28, 32);
        }

        @Test
        void areEachServedInTheirOrder() {
            List<JobId> a = insert("a", 20);
            List<JobId> b = insert("b", 10);
            List<JobId> more = insert("a", 5);
            a = new ArrayList<>(a);
            a.addAll(more);

            List<JobId> claimed = ids(claim(17));
            claimed = new ArrayList<>(claimed);
            claimed.addAll(ids(claim(100)));

            assertThat(claimed).hasSize(35);
            assertThat(claimed.stream().filter(a::contains)).isEqualTo(a);
            assertThat(claimed.stream().filter(b::contains)).isEqualTo(b);
        }

        @Test
        void doNotWaitBehindTheLongLineOfAnother() {
            insert("a", 500);
            claim(100);
            JobId lone = insert("b", 1).get(0);

            assertThat(ids(claim(2))).contains(lone);
        }

        @Test
        void saveUpNothingWhileTheyHaveNoJobs() {
            insert("a", 300);
            insert("b", 1);
            claim(150);
            insert("b", 100);

            assertThat(shares(claim(40))).isEqualTo(Map.of("a", 20, "b", 20));
        }

        @Test
        void startAnewTogetherOnceNobodyWaits() {
            insert("a", 300);
            for (int i = 0; i < 15; i++) {
                insert(IntStream.range(100 * i, 100 * i + 100)
                        .mapToObj(each -> job(of("t" + each)))
                        .toArray(NewJob[]::new));
            }
            while (!claim(1_000).isEmpty()) {
                jobs().sweep(10);
            }
            insert("a", 20);
            insert("b", 20);
            insert("t7", 20);

            assertThat(shares(claim(30))).isEqualTo(Map.of("a", 10, "b", 10, "t7", 10));
        }

        @Test
        void leaveNoSlotEmptyWhileAnyHasWork() {
            insert("a", 40);
            insert("b", 2);

            assertThat(claim(42)).hasSize(42);
        }

        @Test
        void shareWithJobsOfNoTenant() {
            insert(100);
            insert("a", 100);

            assertThat(shares(claim(40))).isEqualTo(Map.of(NOBODY, 20, "a", 20));
            assertThat(shares(claim(10))).isEqualTo(Map.of(NOBODY, 5, "a", 5));
            assertThat(claim(1_000)).hasSize(150);
        }

        @Test
        void comeAfterALowerLevel() {
            JobId normal = insert("a", 1).get(0);
            JobId high = insert(job(of("b").withPriority(Priority.HIGH))).get(0);
            JobId plain = insert(job(priority(Priority.CRITICAL))).get(0);
            JobId low = insert(job(priority(Priority.LOW))).get(0);

            assertThat(ids(claim(4))).containsExactly(plain, high, normal, low);
        }

        @Test
        void getTheirJobsBackAtTheHead() {
            List<JobId> ids = insert("a", 3);
            insert("b", 3);
            Claimed first = claimOne();
            apply(release(first));

            assertThat(ids(claim(1))).containsExactly(first.job().id());
            assertThat(ids).contains(first.job().id());
        }

        @Test
        void standBehindTheirOwnJobsAfterARetry() {
            List<JobId> ids = insert("a", 3);
            apply(retry(claimOne(), Duration.ZERO));

            List<Claimed> claimed = claim(10);
            assertThat(ids(claimed)).containsExactly(ids.get(1), ids.get(2), ids.get(0));
            assertThat(claimed.get(2).job().attempt()).isEqualTo(2);
            assertThat(claimed.get(2).job().errors()).hasSize(1);
        }

        @Test
        void haveJobsThatRunOut() {
            JobId id = insert("a", 1).get(0);
            claimOne();
            pass(WORKER.leaseTime().plusMillis(1));
            jobs().sweep(100);

            Claimed again = claimOne();
            assertThat(again.job().id()).isEqualTo(id);
            assertThat(again.job().losses()).isEqualTo(1);
            apply(succeeded(again));
            assertThat(state(id)).isEqualTo(JobState.SUCCEEDED);
        }

        @Test
        void haveDelayedJobsThatTakeTheirTurnWhenTheyAreDue() {
            JobId later = insert(
                            job(of("b").withDue(delayed(Duration.ofSeconds(10)).due())))
                    .get(0);
            insert("a", 50);
            claim(10);
            pass(Duration.ofSeconds(11));

            assertThat(ids(claim(2))).contains(later);
        }

        @Test
        void canBeCancelledDeletedAndReplayed() {
            List<JobId> ids = insert("a", 4);
            assertThat(act(ids.get(0), new JobAction.Cancel("unwanted"))).isEqualTo(1);
            assertThat(act(ids.get(1), new JobAction.Delete())).isEqualTo(1);
            assertThat(listAll(JobFilter.ALL.withStates(JobState.READY), 10)).containsExactly(ids.get(2), ids.get(3));
            assertThat(admin().stats().queues().values())
                    .allSatisfy(stats -> assertThat(stats.count(JobState.READY)).isEqualTo(2));
            assertThat(act(ids.get(0), new JobAction.Replay(null))).isEqualTo(1);

            assertThat(ids(claim(10))).containsExactly(ids.get(2), ids.get(3), ids.get(0));
        }

        private int act(JobId id, JobAction action) {
            return admin().apply(JobFilter.ALL.withIds(Set.of(id)), action, null, 10)
                    .count();
        }

        @Test
        void areListedInTheOrderOfTheirTurns() {
            insert("a", 30);
            insert("b", 10);
            insert(5);
            insert(job(of("c").withPriority(Priority.HIGH)), job(of("c").withPriority(Priority.LOW)));

            List<JobId> listed = listAll(JobFilter.ALL.withStates(JobState.READY), 7);
            assertThat(listed).hasSize(47);
            List<JobId> claimed = ids(claim(100));
            assertThat(new HashSet<>(listed)).isEqualTo(new HashSet<>(claimed));
            assertThat(listed.get(0)).isEqualTo(claimed.get(0));
            assertThat(listed.get(46)).isEqualTo(claimed.get(46));
        }

        @Test
        void mayMoveToAnotherQueue() {
            JobId id = insert("a", 1).get(0);
            apply(discard(claimOne()));
            assertThat(act(id, new JobAction.Replay("other"))).isEqualTo(1);
            jobs().insert(Collections.nCopies(1, job("other", of("b"))));

            List<Claimed> claimed =
                    jobs().exchange(List.of(), wanting(10, "other")).claimed();
            assertThat(claimed).extracting(ShareContract::tenant).containsExactlyInAnyOrder("a", "b");
        }

        @Test
        void mayHaveAnyName() {
            List<String> names = List.of(
                    " ",
                    "a b",
                    "\"",
                    "\\",
                    "\\\"",
                    "a\",\"tenant\":\"b",
                    "5",
                    ":",
                    "äöü €",
                    "line\nbreak\ttab",
                    "{}%",
                    "🦊");
            for (String name : names) {
                insert(name, 3);
                insert("plain", 3);
                apply(retry(claimOne(), Duration.ZERO));
                apply(retry(claimOne(), Duration.ZERO));

                assertThat(shares(claim(4))).as("claims of %s", name).isEqualTo(Map.of(name, 2, "plain", 2));
                assertThat(shares(claim(10))).as("retries of %s", name).isEqualTo(Map.of(name, 1, "plain", 1));
            }
        }
    }
}
