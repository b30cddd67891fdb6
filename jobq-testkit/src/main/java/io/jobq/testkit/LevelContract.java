package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.JobId;
import io.jobq.JobState;
import io.jobq.Priority;
import io.jobq.limits.Limit;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import io.jobq.spi.Retention;
import io.jobq.spi.Rule;
import io.jobq.spi.Rule.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** How levels share a queue when they have weights, and what has waited for too long. */
abstract class LevelContract extends ShareContract {
    private static final Duration LONG = Duration.ofMinutes(1);

    private void weigh(Priority priority, int weight) {
        admin().rule(QUEUE, Rule.level(priority, weight, null));
    }

    private void weighAll() {
        weigh(Priority.CRITICAL, 100);
        weigh(Priority.HIGH, 50);
        weigh(Priority.NORMAL, 20);
        weigh(Priority.LOW, 5);
    }

    private List<JobId> insert(Priority priority, int count) {
        List<NewJob> added = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            added.add(job(priority(priority)));
        }
        return insert(added.toArray(NewJob[]::new));
    }

    private static Map<Integer, Integer> byLevel(List<Claimed> claimed) {
        Map<Integer, Integer> shares = new TreeMap<>();
        claimed.forEach(
                each -> shares.merge(each.job().job().options().priority().level(), 1, Integer::sum));
        return shares;
    }

    @Nested
    class LevelWeights {
        @Test
        void divideTurnsBetweenLevels() {
            weighAll();
            insert(Priority.CRITICAL, 1_000);
            insert(Priority.HIGH, 1_000);
            insert(Priority.NORMAL, 1_000);
            insert(Priority.LOW, 1_000);

            List<Claimed> claimed = new ArrayList<>();
            for (int i = 0; claimed.size() < 1_750; i++) {
                claimed.addAll(claim(1 + i % 40));
            }

            Map<Integer, Integer> shares = byLevel(claimed.subList(0, 1_750));
            assertThat(shares.get(1)).isCloseTo(1_000, Percentage.withPercentage(5));
            assertThat(shares.get(3)).isCloseTo(500, Percentage.withPercentage(5));
            assertThat(shares.get(5)).isCloseTo(200, Percentage.withPercentage(5));
            assertThat(shares.get(7)).isBetween(45, 55);
        }

        @Test
        void leaveNoSlotEmptyWhileAnyLevelHasWork() {
            weighAll();
            insert(Priority.LOW, 30);
            insert(Priority.CRITICAL, 2);

            assertThat(claim(32)).hasSize(32);
        }

        @Test
        void areOneForLevelsWithoutARule() {
            weigh(Priority.HIGH, 3);
            insert(Priority.HIGH, 100);
            insert(Priority.NORMAL, 100);

            assertThat(byLevel(claim(40))).isEqualTo(Map.of(3, 30, 5, 10));
        }

        @Test
        void saveNothingUpForALevelWithoutJobs() {
            weigh(Priority.HIGH, 1);
            insert(Priority.HIGH, 1);
            insert(Priority.NORMAL, 300);
            claim(200);
            insert(Priority.HIGH, 100);

            assertThat(byLevel(claim(20)).get(3)).isBetween(9, 11);
        }

        @Test
        void keepTheOrderWithinALevel() {
            weighAll();
            List<JobId> high = insert(Priority.HIGH, 20);
            insert(Priority.LOW, 20);

            List<JobId> claimed = new ArrayList<>(ids(claim(7)));
            claimed.addAll(ids(claim(33)));
            assertThat(claimed.stream().filter(high::contains)).isEqualTo(high);
        }

        @Test
        void goWithTenants() {
            weigh(Priority.HIGH, 2);
            weigh(Priority.NORMAL, 1);
            for (int i = 0; i < 60; i++) {
                insert(
                        job(of("a").withPriority(Priority.HIGH)),
                        job(of("b").withPriority(Priority.HIGH)),
                        job(of("a")),
                        job());
            }

            assertThat(byLevel(claim(90))).isEqualTo(Map.of(3, 60, 5, 30));
        }

        @Test
        void canBeTakenBack() {
            weigh(Priority.LOW, 1_000);
            insert(Priority.LOW, 50);
            insert(Priority.HIGH, 50);
            assertThat(byLevel(claim(10)).get(7)).isGreaterThan(8);
            weigh(Priority.LOW, 0);

            assertThat(admin().rules(QUEUE)).isEmpty();
            assertThat(byLevel(claim(10))).isEqualTo(Map.of(3, 10));
        }
    }

    @Nested
    class LongestWaits {
        private void limit(Priority priority) {
            admin().rule(QUEUE, Rule.level(priority, 0, LONG));
        }

        @Test
        void isARuleLikeOthers() {
            limit(Priority.LOW);
            weigh(Priority.HIGH, 7);

            assertThat(admin().rules(QUEUE))
                    .containsExactly(Rule.level(Priority.HIGH, 7, null), Rule.level(Priority.LOW, 0, LONG));
        }

        @Test
        void bringsAJobBeforeAllLevels() {
            limit(Priority.LOW);
            JobId low = insert(Priority.LOW, 1).get(0);
            insert(Priority.CRITICAL, 10);
            assertThat(ids(claim(2))).doesNotContain(low);
            pass(LONG);

            assertThat(ids(claim(1))).containsExactly(low);
            assertThat(byLevel(claim(20))).isEqualTo(Map.of(1, 8));
        }

        @Test
        void takesTheOneThatIsOverdueForLongest() {
            limit(Priority.LOW);
            limit(Priority.HIGH);
            JobId low = insert(Priority.LOW, 1).get(0);
            pass(Duration.ofSeconds(1));
            JobId high = insert(Priority.HIGH, 1).get(0);
            insert(Priority.CRITICAL, 3);
            pass(LONG);

            assertThat(ids(claim(1))).containsExactly(low);
            assertThat(ids(claim(2))).contains(high);
        }

        @Test
        void holdsForTenantsAndForJobsThatWereTriedBefore() {
            limit(Priority.LOW);
            JobId plain = insert(job(priority(Priority.LOW))).get(0);
            apply(retry(claimOne(), Duration.ZERO));
            JobId delayed = insert(job(of("a").withPriority(Priority.LOW)
                            .withDue(delayed(Duration.ofSeconds(5)).due())))
                    .get(0);
            JobId tenants = insert(job(of("a").withPriority(Priority.LOW))).get(0);
            pass(Duration.ofSeconds(6));
            jobs().sweep(100);
            pass(LONG);
            insert(Priority.CRITICAL, 5);

            assertThat(ids(claim(6))).contains(plain, delayed, tenants);
            assertThat(claim(10)).hasSize(2);
        }

        @Test
        void isOverWhenAJobIsClaimedOrGone() {
            limit(Priority.LOW);
            List<JobId> ids = insert(Priority.LOW, 4);
            Claimed claimed = claimOne();
            admin().apply(JobFilter.ALL.withIds(Set.of(ids.get(1))), new JobAction.Cancel("unwanted"), null, 10);
            admin().apply(JobFilter.ALL.withIds(Set.of(ids.get(2))), new JobAction.Delete(), null, 10);
            pass(Duration.ofSeconds(10));
            apply(succeeded(claimed));
            pass(LONG);

            assertThat(ids(claim(10))).containsExactly(ids.get(3));
            assertThat(claim(10)).isEmpty();
            assertThat(listAll(JobFilter.ALL.withStates(JobState.READY), 10)).isEmpty();
            assertThat(admin().stats().queues().values())
                    .allSatisfy(stats -> assertThat(stats.count(JobState.READY)).isZero());
        }

        @Test
        void leavesTheRestInOrder() {
            limit(Priority.LOW);
            List<JobId> old = insert(Priority.LOW, 3);
            pass(LONG);
            List<JobId> young = insert(Priority.LOW, 3);
            JobId high = insert(Priority.HIGH, 1).get(0);

            assertThat(ids(claim(2))).containsExactly(old.get(0), high);
            assertThat(ids(claim(1))).containsExactly(old.get(1));
            assertThat(ids(claim(1))).containsExactly(old.get(2));
            assertThat(ids(claim(10))).isEqualTo(young);
        }

        @Test
        void keepsNobodyElseWaiting() {
            for (int size : List.of(1, 2, 3, 7, 20)) {
                reopen(Retention.DEFAULT);
                limit(Priority.NORMAL);
                limit(Priority.CRITICAL);
                List<JobId> overdue = new ArrayList<>();
                for (int i = 0; i < 100; i++) {
                    overdue.addAll(insert(job(of("big"))));
                }
                pass(LONG);
                List<JobId> others = new ArrayList<>(insert(Priority.CRITICAL, 3));
                others.addAll(insert(job(of("small"))));
                List<JobId> claimed = new ArrayList<>();
                while (claimed.size() < 10) {
                    claimed.addAll(ids(claim(size)));
                }
                long old = claimed.stream().filter(overdue::contains).count();

                assertThat(claimed).as("%d at a time", size).containsAll(others);
                assertThat(old).as("%d at a time", size).isGreaterThanOrEqualTo(claimed.size() / 2);
            }
        }

        @Test
        void leavesNoSlotEmpty() {
            for (int i = 0; i < 2; i++) {
                reopen(Retention.DEFAULT);
                limit(Priority.LOW);
                List<JobId> overdue = insert(Priority.LOW, 1_000);
                insert(Priority.CRITICAL, i);
                pass(LONG);

                assertThat(ids(claim(999 + i)))
                        .hasSize(999 + i)
                        .filteredOn(overdue::contains)
                        .hasSize(999);
                assertThat(ids(claim(10))).hasSize(1);
            }
        }

        @Test
        void doesNotBreakALimit() {
            limit(Priority.LOW);
            admin().rule(QUEUE, new Rule(Target.TYPE, TYPE, Limit.concurrency(1), 0, null));
            insert(Priority.LOW, 3);
            claim(1);
            pass(LONG.plusSeconds(1));

            assertThat(claim(10)).isEmpty();
        }

        @Test
        void countsFromWhenAJobIsReadyAgain() {
            limit(Priority.LOW);
            JobId low =
                    insert(job(JobOptions.DEFAULT.withPriority(Priority.LOW))).get(0);
            pass(Duration.ofSeconds(50));
            apply(retry(claimOne(), Duration.ZERO));
            insert(Priority.HIGH, 2);
            pass(Duration.ofSeconds(20));

            assertThat(ids(claim(1))).doesNotContain(low);
            pass(Duration.ofSeconds(40));
            assertThat(ids(claim(1))).containsExactly(low);
        }
    }
}
