package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.JobId;
import io.jobq.JobState;
import io.jobq.Priority;
import io.jobq.limits.Limit;
import io.jobq.spi.Exchange;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import io.jobq.spi.Retention;
import io.jobq.spi.Rule.Target;
import io.jobq.spi.StorageStats.Holding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What jobs that come back from limits do to others, and what they cost. */
abstract class ReturnContract extends AsideContract {
    private Holding holding() {
        return Objects.requireNonNull(admin().stats().queues().get(QUEUE)).holding();
    }

    private List<JobId> insertMany(int count, String type, String tenant) {
        List<JobId> ids = new ArrayList<>();
        for (int i = 0; i < count; i += 500) {
            ids.addAll(insert(many(Math.min(500, count - i), () -> job(type, tenant, null))));
        }
        return ids;
    }

    private void setAllAside() {
        Exchange answer = exchange(List.of(), 10);
        while (Duration.ZERO.equals(answer.nextDue())) {
            assertThat(answer.claimed()).isEmpty();
            answer = exchange(List.of(), 10);
        }
    }

    private static String tenantOf(NewJob job) {
        return String.valueOf(job.options().tenant());
    }

    /** Claims one after another, until there are so many. */
    private List<Claimed> claimSingly(int count) {
        List<Claimed> claimed = new ArrayList<>();
        for (int calls = 0; claimed.size() < count; calls++) {
            assertThat(calls).as("calls").isLessThan(2 * count + 10);
            claimed.addAll(claim(1));
        }
        return claimed;
    }

    @Nested
    class Returning {
        private void pauseAndFill(Target target, String name) {
            reopen(Retention.DEFAULT);
            rule(target, name, Limit.PAUSED);
            insertMany(10_000, "mass", "big");
            setAllAside();
        }

        @Test
        void aTenantThatIsResumedTakesItsTurnLikeOthers() {
            for (Target target : List.of(Target.TENANT, Target.TYPE)) {
                String name = target == Target.TENANT ? "big" : "mass";
                for (Limit limit : List.of(Limit.NONE, Limit.concurrency(5_000))) {
                    pauseAndFill(target, name);
                    rule(target, name, limit);
                    JobId lone = insert(job("a", "small", null)).get(0);
                    assertThat(ids(claimSingly(2))).as("%s", target).contains(lone);
                    insertMany(200, "a", "small");
                    claim(100);

                    assertThat(count(claimSingly(100), ReturnContract::tenantOf).get("small"))
                            .as("%s to %s", target, limit)
                            .isBetween(45, 55);
                }
            }
        }

        @Test
        void aTypeThatIsResumedHoldsUpNobodyWithoutTenant() {
            rule(Target.TYPE, "mass", Limit.PAUSED);
            insert(many(500, () -> jobOfType("mass")));
            setAllAside();
            rule(Target.TYPE, "mass", Limit.NONE);
            List<JobId> others = insert(20);

            assertThat(ids(claimSingly(44))).containsAll(others);
        }

        @Test
        void slotsThatBecomeFreeAreSharedWithOthers() {
            rule(Target.TENANT, "big", Limit.concurrency(9));
            insertMany(300, "a", "big");
            List<Claimed> running = new ArrayList<>(claim(10));
            assertThat(running).hasSize(9);
            setAllAside();
            insertMany(300, "a", "small");
            running.addAll(claim(1));
            List<Claimed> started = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                started.addAll(
                        exchange(List.of(succeeded(running.remove(0))), 1).claimed());
                running.add(started.get(i));
            }

            assertThat(count(started, ReturnContract::tenantOf).get("small")).isBetween(90, 120);
        }

        @Test
        void manyThatAreResumedAtOnceShareWhatComesBack() {
            rule(Target.TENANT_CLASS, "", Limit.PAUSED);
            for (int i = 10; i < 60; i++) {
                insertMany(50, "a", "t" + i);
            }
            setAllAside();
            rule(Target.TENANT_CLASS, "", Limit.NONE);
            Map<String, Integer> counts = count(claimSingly(200), ReturnContract::tenantOf);

            assertThat(counts).hasSize(50);
            assertThat(counts.values()).allMatch(each -> each >= 2 && each <= 6);
        }

        @Test
        void whatComesMeanwhileStandsBehind() {
            rule(Target.TENANT, "big", Limit.PAUSED);
            List<JobId> ids = new ArrayList<>(insertMany(700, "a", "big"));
            setAllAside();
            insertMany(50, "a", "small");
            rule(Target.TENANT, "big", Limit.NONE);
            List<JobId> order = new ArrayList<>();
            for (int i = 0; i < 400 && order.size() < 800; i++) {
                if (i < 20) {
                    ids.addAll(insertMany(5, "a", "big"));
                }
                claim(7).stream()
                        .filter(each -> tenantOf(each.job().job()).equals("big"))
                        .forEach(each -> order.add(each.job().id()));
            }

            assertThat(order).isEqualTo(ids);
            assertThat(holding()).isEqualTo(Holding.NONE);
        }

        @Test
        void oneThatIsCancelledOnItsWayHoldsUpNobody() {
            for (Target target : List.of(Target.TYPE, Target.TENANT, Target.KEY)) {
                reopen(Retention.DEFAULT);
                limit(target, Limit.concurrency(1));
                List<JobId> ids = insertLimited(3);
                Claimed running = claim(10).get(0);
                apply(succeeded(running));
                JobId newer = insertLimited(1).get(0);
                assertThat(act(ids.get(1), new JobAction.Cancel("no"))).isEqualTo(1);
                List<JobId> order = new ArrayList<>();
                for (int i = 0; i < 2; i++) {
                    Claimed next = claim(10).get(0);
                    order.add(next.job().id());
                    apply(succeeded(next));
                }

                assertThat(order).as("%s", target).containsExactly(ids.get(2), newer);
                assertThat(holding()).isEqualTo(Holding.NONE);
            }
        }

        @Test
        void allCanBeCancelledOnTheirWayAndAside() {
            for (Target target : List.of(Target.TYPE, Target.TENANT, Target.KEY)) {
                reopen(Retention.DEFAULT);
                limit(target, Limit.concurrency(2));
                insertLimited(6);
                claim(10).forEach(each -> apply(succeeded(each)));
                JobFilter all = JobFilter.ALL.withStates(JobState.READY);
                assertThat(admin().apply(all, new JobAction.Cancel("no"), null, 100)
                                .count())
                        .isEqualTo(4);
                assertThat(holding()).isEqualTo(Holding.NONE);
                List<JobId> newer = insertLimited(2);

                assertThat(ids(claim(10))).as("%s", target).isEqualTo(newer);
            }
        }

        @Test
        void theLastThatIsCancelledOnItsWayHoldsUpNobody() {
            for (Target target : List.of(Target.TYPE, Target.TENANT, Target.KEY)) {
                reopen(Retention.DEFAULT);
                limit(target, Limit.concurrency(1));
                List<JobId> ids = insertLimited(2);
                apply(succeeded(claim(10).get(0)));
                assertThat(holding()).isEqualTo(Holding.NONE);
                assertThat(act(ids.get(1), new JobAction.Delete())).isEqualTo(1);
                JobId newer = insertLimited(1).get(0);

                assertThat(ids(claim(10))).as("%s", target).containsExactly(newer);
            }
        }
    }

    @Nested
    class Exclusion {
        private static final int ROUNDS = 20;
        private long moves;
        private Map<Target, Long> last = Map.of();

        /** How many jobs have joined those that stand aside since the last look. */
        private void watch() {
            Map<Target, Long> jobs = holding().jobs();
            for (Target target : List.of(Target.TYPE, Target.KEY)) {
                moves += Math.max(0, jobs.getOrDefault(target, 0L) - last.getOrDefault(target, 0L));
            }
            last = jobs;
        }

        /** What a worker does that has settled a job: asks as long as it is told to. */
        private void settleAndAsk(Claimed done) {
            Exchange answer = exchange(List.of(succeeded(done)), 10);
            watch();
            while (Duration.ZERO.equals(answer.nextDue())) {
                assertThat(answer.claimed()).isEmpty();
                answer = exchange(List.of(), 10);
                watch();
            }
        }

        private Claimed urgent(String type, String key) {
            JobOptions options = priority(Priority.HIGH).withLimitKey(key);
            JobId id = insert(new NewJob(JobId.next(), QUEUE, type, payload("{}"), options))
                    .get(0);
            Claimed next = next();
            assertThat(next.job().id()).isEqualTo(id);
            return next;
        }

        private Claimed next() {
            for (int i = 0; i < 100; i++) {
                List<Claimed> claimed = claim(1);
                watch();
                if (!claimed.isEmpty()) {
                    return claimed.get(0);
                }
                pass(Duration.ofMillis(5));
            }
            throw new AssertionError("nothing is claimed");
        }

        @Test
        void aBacklogUnderTwoLimitsDoesNotMoveBetweenThem() {
            rule(Target.TYPE, TYPE, Limit.concurrency(1));
            rule(Target.KEY, KEY, Limit.concurrency(1));
            Claimed ofType = urgent(TYPE, "other");
            Claimed ofKey = urgent("other", KEY);
            List<JobId> ids = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                ids.addAll(insert(many(500, () -> job(TYPE, null, KEY))));
            }
            setAllAside();
            watch();
            moves = 0;
            for (int i = 0; i < ROUNDS; i++) {
                settleAndAsk(ofType);
                ofType = urgent(TYPE, "other");
                settleAndAsk(ofKey);
                ofKey = urgent("other", KEY);
            }
            assertThat(moves)
                    .as("moves of 5,000 jobs for %d starts", 2 * ROUNDS)
                    .isLessThan(2 * ROUNDS * 100);

            apply(succeeded(ofType));
            apply(succeeded(ofKey));
            List<JobId> order = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                Claimed next = next();
                order.add(next.job().id());
                apply(succeeded(next));
            }
            assertThat(order).isEqualTo(ids.subList(0, 30));
        }

        @Test
        void oneBehindThemThatOnlyOneLimitConcernsIsReachedSoon() {
            rule(Target.TYPE, TYPE, Limit.concurrency(1));
            rule(Target.KEY, KEY, Limit.concurrency(1));
            Claimed ofType = urgent(TYPE, "other");
            urgent("other", KEY);
            insert(many(1_000, () -> job(TYPE, null, KEY)));
            JobId behind = insert(job(TYPE, null, null)).get(0);
            setAllAside();
            apply(succeeded(ofType));

            assertThat(next().job().id()).isEqualTo(behind);
        }
    }
}
