package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.JobId;
import io.jobq.JobSnapshot;
import io.jobq.JobState;
import io.jobq.limits.Limit;
import io.jobq.limits.Rate;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.HoldingRule;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import io.jobq.spi.Retention;
import io.jobq.spi.Rule;
import io.jobq.spi.Rule.Target;
import io.jobq.spi.StorageStats.Holding;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What is told of the rules that hold jobs back. */
abstract class HoldingContract extends ParkingContract {
    private static final Limit SLOW = Limit.rate(new Rate(1, Duration.ofSeconds(10), 1));

    @Nested
    class HeldBack {
        private Holding holding() {
            return Objects.requireNonNull(admin().stats().queues().get(QUEUE)).holding();
        }

        private @Nullable HoldingRule heldBy(JobId id) {
            return find(id).heldBy();
        }

        private List<JobId> insertOf(String tenant, int count) {
            return insert(many(count, () -> job("a", tenant, null)));
        }

        @Test
        void nothingIsWithoutRulesOrWhileTheyHaveRoom() {
            insert(2);
            assertThat(holding()).isEqualTo(Holding.NONE);
            rule(Target.TYPE, TYPE, Limit.concurrency(2));
            rule(Target.QUEUE, "", Limit.concurrency(2));
            claim(10);

            assertThat(holding()).isEqualTo(Holding.NONE);
        }

        @Test
        void aThrottledTenantIsToldWithTheTimeOfItsNextStart() {
            rule(Target.TENANT, "acme", SLOW);
            List<JobId> ids = insertOf("acme", 3);
            Claimed first = claim(10).get(0);
            Instant until =
                    Objects.requireNonNull(first.job().times().started()).plusSeconds(10);
            HoldingRule rule = new HoldingRule(Target.TENANT, "acme", SLOW, 2, until);

            assertThat(heldBy(ids.get(1))).isEqualTo(rule);
            assertThat(heldBy(ids.get(0))).isNull();
            assertThat(holding()).isEqualTo(new Holding(1, Map.of(Target.TENANT, 2L), List.of(rule)));
            pass(Duration.ofSeconds(10));
            assertThat(ids(claim(10))).containsExactly(ids.get(1));
            HoldingRule next = Objects.requireNonNull(heldBy(ids.get(2)));
            assertThat(next.jobs()).isEqualTo(1);
            assertThat(next.until()).isAfterOrEqualTo(until.plusSeconds(10));
        }

        @Test
        void aReachedLimitHoldsUntilAJobEnds() {
            for (Target target : List.of(Target.TYPE, Target.TENANT, Target.KEY)) {
                reopen(Retention.DEFAULT);
                Limit limit = Limit.concurrency(1);
                rule(target, "a", limit);
                List<JobId> ids = insert(many(3, () -> job("a", "a", "a")));
                Claimed running = claim(10).get(0);
                HoldingRule rule = new HoldingRule(target, "a", limit, 2, null);
                assertThat(heldBy(ids.get(2))).as("%s", target).isEqualTo(rule);
                assertThat(holding()).isEqualTo(new Holding(1, Map.of(target, 2L), List.of(rule)));
                apply(succeeded(running));
                assertThat(ids(claim(1))).containsExactly(ids.get(1));
                assertThat(act(ids.get(2), new JobAction.Cancel("no"))).isEqualTo(1);

                assertThat(heldBy(ids.get(1))).isNull();
                assertThat(heldBy(ids.get(2))).isNull();
                assertThat(holding()).as("%s", target).isEqualTo(Holding.NONE);
            }
        }

        @Test
        void aPauseHoldsUntilItIsOver() {
            rule(Target.TYPE, "a", Limit.PAUSED);
            JobId id = insertOf("acme", 1).get(0);
            assertThat(claim(10)).isEmpty();
            HoldingRule rule = Objects.requireNonNull(heldBy(id));
            assertThat(rule).isEqualTo(new HoldingRule(Target.TYPE, "a", Limit.PAUSED, 1, null));
            assertThat(rule.isPaused()).isTrue();
            rule(Target.TYPE, "a", Limit.NONE);

            assertThat(heldBy(id)).isNull();
            assertThat(holding()).isEqualTo(Holding.NONE);
        }

        @Test
        void tenantsAndKeysAreToldWithTheLimitThatHoldsForThem() {
            Limit two = Limit.concurrency(2);
            rule(Target.TENANT_CLASS, "", Limit.concurrency(1));
            rule(Target.TENANT_CLASS, "pro", two);
            admin().rule(QUEUE, new Rule(Target.TENANT, "acme", Limit.NONE, 0, "pro"));
            rule(Target.KEY, "", two);
            List<JobId> pro = insertOf("acme", 3);
            List<JobId> plain = insertOf("other", 2);
            List<JobId> keyed = insert(many(3, () -> job("a", null, "k")));
            assertThat(claim(10)).hasSize(5);

            assertThat(heldBy(pro.get(2))).isEqualTo(new HoldingRule(Target.TENANT, "acme", two, 1, null));
            assertThat(heldBy(plain.get(1)))
                    .isEqualTo(new HoldingRule(Target.TENANT, "other", Limit.concurrency(1), 1, null));
            assertThat(heldBy(keyed.get(2))).isEqualTo(new HoldingRule(Target.KEY, "k", two, 1, null));
            assertThat(holding().rules()).isEqualTo(3);
            assertThat(holding().jobs()).isEqualTo(Map.of(Target.TENANT, 2L, Target.KEY, 1L));
            assertThat(holding().allJobs()).isEqualTo(3);
        }

        @Test
        void theQueueHoldsBackItsLine() {
            Limit limit = Limit.concurrency(1);
            rule(Target.TYPE, "a", Limit.PAUSED);
            insertOf("acme", 2);
            assertThat(claim(10)).isEmpty();
            rule(Target.QUEUE, "", limit);
            List<JobId> ids = insert(3);
            assertThat(claim(10)).hasSize(1);

            assertThat(heldBy(ids.get(2))).isNull();
            assertThat(holding().jobs()).containsEntry(Target.QUEUE, 2L);
            assertThat(holding().first().get(0)).isEqualTo(new HoldingRule(Target.QUEUE, "", limit, 2, null));
            assertThat(holding().rules()).isEqualTo(2);
        }

        @Test
        void aThrottledQueueIsToldWithTheTimeOfItsNextStart() {
            rule(Target.QUEUE, "", SLOW);
            insert(3);
            Instant started =
                    Objects.requireNonNull(claim(10).get(0).job().times().started());

            assertThat(holding().first())
                    .containsExactly(new HoldingRule(Target.QUEUE, "", SLOW, 2, started.plusSeconds(10)));
        }

        @Test
        void ofManyRulesThoseThatHaveRoomSoonestAreNamed() {
            rule(Target.TENANT_CLASS, "", SLOW);
            rule(Target.TYPE, "full", Limit.PAUSED);
            insert(many(2, () -> job("full", null, null)));
            for (int i = 0; i < 30; i++) {
                insertOf("tenant " + i, 3);
                claim(10);
                pass(Duration.ofMillis(100));
            }
            Holding holding = holding();
            assertThat(holding.rules()).isEqualTo(31);
            assertThat(holding.jobs()).isEqualTo(Map.of(Target.TENANT, 60L, Target.TYPE, 2L));
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < Holding.MOST; i++) {
                expected.add("tenant " + i);
            }
            assertThat(holding.first()).extracting(HoldingRule::name).isEqualTo(expected);
            assertThat(holding.first()).allMatch(rule -> rule.jobs() == 2 && rule.until() != null);
        }

        @Test
        void listedJobsTellWhatHoldsThem() {
            rule(Target.TENANT, "acme", Limit.concurrency(1));
            List<JobId> ids = insertOf("acme", 3);
            claim(10);
            List<JobSnapshot> listed = admin().list(JobFilter.ALL.withStates(JobState.READY), null, 10)
                    .jobs();

            assertThat(listed).extracting(JobSnapshot::id).isEqualTo(ids.subList(1, 3));
            assertThat(listed)
                    .allMatch(job -> job.heldBy() != null && job.heldBy().jobs() == 2);
        }

        @Test
        void rulesHaveTheNamesThatTheyWereGiven() {
            for (String name : ANY_NAMES) {
                for (Target target : List.of(Target.TYPE, Target.TENANT, Target.KEY)) {
                    reopen(Retention.DEFAULT);
                    rule(target, name, Limit.PAUSED);
                    JobOptions options = JobOptions.DEFAULT.withTenant(name).withLimitKey(name);
                    JobId id = insert(new NewJob(JobId.next(), QUEUE, name, payload("{}"), options))
                            .get(0);
                    assertThat(claim(10)).isEmpty();
                    HoldingRule rule = new HoldingRule(target, name, Limit.PAUSED, 1, null);

                    assertThat(heldBy(id)).isEqualTo(rule);
                    assertThat(holding().first()).containsExactly(rule);
                }
            }
        }
    }
}
