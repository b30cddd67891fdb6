package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.JobId;
import io.jobq.Priority;
import io.jobq.limits.Limit;
import io.jobq.limits.Rate;
import io.jobq.spi.Claim;
import io.jobq.spi.Exchange;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import io.jobq.spi.Rule;
import io.jobq.spi.Rule.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** In which order jobs come back that a limit has held back. */
abstract class AsideContract extends LimitContract {
    @Nested
    class OrderAside {
        @Test
        void jobsThatWereParkedOrReleasedTogetherAllRunInTheirOrder() {
            List<JobId> ids = insert(job("a", null, null), job("a", null, null), job("a", null, null));
            List<Claimed> unknown = claim(10);
            rule(Target.TYPE, "a", Limit.concurrency(1));
            unknown.forEach(each -> apply(park(each)));
            Claim knowing = new Claim(WORKER, List.of(new Claim.Share(QUEUE, 10)), 10, Set.of("a"));
            List<Claimed> first = jobs().exchange(List.of(), knowing).claimed();
            List<JobId> order = new ArrayList<>(ids(first));
            apply(succeeded(first.get(0)));
            for (int i = 0; i < 2; i++) {
                Claimed next = claimOne();
                order.add(next.job().id());
                apply(succeeded(next));
            }

            assertThat(order).isEqualTo(ids);
            assertThat(claim(10)).isEmpty();
        }

        @Test
        void jobsGivenBackUnderARateAllRunInTheirOrder() {
            List<JobId> ids = insert(job("a", null, null), job("a", null, null), job("a", null, null));
            List<Claimed> all = claim(10);
            rule(Target.TYPE, "a", Limit.rate(new Rate(1, Duration.ofSeconds(10), 1)));
            for (int i = all.size() - 1; i >= 0; i--) {
                apply(release(all.get(i)));
            }
            List<JobId> order = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Claimed next = claimOne();
                order.add(next.job().id());
                apply(succeeded(next));
                pass(Duration.ofSeconds(10));
            }

            assertThat(order).isEqualTo(ids);
        }

        @Test
        void lowerLevelsComeFirstAmongThoseSetAside() {
            rule(Target.TYPE, "a", Limit.concurrency(1));
            insert(job("a", null, null));
            Claimed running = claimOne();
            List<JobId> normal = insert(job("a", null, null), job("a", null, null));
            assertThat(claim(10)).isEmpty();
            JobId high = insert(new NewJob(JobId.next(), QUEUE, "a", payload("{}"), priority(Priority.HIGH)))
                    .get(0);
            assertThat(claim(10)).isEmpty();
            apply(succeeded(running));
            List<JobId> order = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Claimed next = claimOne();
                order.add(next.job().id());
                apply(succeeded(next));
            }

            assertThat(order).containsExactly(high, normal.get(0), normal.get(1));
        }

        @Test
        void newJobsDoNotOvertakeThoseSetAsideWhenTheLimitIsGone() {
            rule(Target.TYPE, "a", Limit.PAUSED);
            List<NewJob> many = new ArrayList<>();
            for (int i = 0; i < 600; i++) {
                many.add(job("a", null, null));
            }
            List<JobId> ids = new ArrayList<>(insert(many.toArray(NewJob[]::new)));
            while (Duration.ZERO.equals(exchange(List.of(), 100).nextDue())) {
                assertThat(claim(10)).isEmpty();
            }
            ids.addAll(insert(job("a", null, null), job("a", null, null)));
            rule(Target.TYPE, "a", Limit.NONE);
            List<JobId> order = new ArrayList<>();
            for (int i = 0; i < 1_000 && order.size() < ids.size(); i++) {
                order.addAll(ids(claim(100)));
            }

            assertThat(order).isEqualTo(ids);
        }

        private Claimed oneRunsWhileOthersAreAside(int count, String... tenants) {
            rule(Target.TYPE, TYPE, Limit.concurrency(1));
            for (String tenant : tenants) {
                insert(many(count, () -> job(of(tenant))));
            }
            Claimed running = claimOne();
            while (Duration.ZERO.equals(exchange(List.of(), 10).nextDue())) {
                assertThat(claim(10)).isEmpty();
            }
            return running;
        }

        private List<Claimed> runOneAfterAnother(Claimed first, int count) {
            List<Claimed> runs = new ArrayList<>();
            Claimed running = first;
            for (int i = 0; i < count; i++) {
                Exchange answer = exchange(List.of(succeeded(running)), 10);
                while (answer.claimed().isEmpty() && Duration.ZERO.equals(answer.nextDue())) {
                    answer = exchange(List.of(), 10);
                }
                running = answer.claimed().get(0);
                runs.add(running);
            }
            return runs;
        }

        private int countOf(List<Claimed> runs, @Nullable String tenant) {
            return (int) runs.stream()
                    .filter(run -> Objects.equals(run.job().job().options().tenant(), tenant))
                    .count();
        }

        @Test
        void tenantsTakeTurnsUnderTheRuleOfAType() {
            Claimed running = oneRunsWhileOthersAreAside(300, "a");
            List<JobId> late = insert(many(5, () -> job(of("b"))));
            insert(5);
            List<Claimed> runs = runOneAfterAnother(running, 15);

            assertThat(countOf(runs, "b")).isBetween(4, 5);
            assertThat(countOf(runs, null)).isBetween(4, 5);
            assertThat(late)
                    .containsSubsequence(
                            ids(runs).stream().filter(late::contains).toList());
        }

        @Test
        void heavierTenantsComeBackMoreOften() {
            admin().rule(QUEUE, new Rule(Target.TENANT, "a", Limit.NONE, 3, null));
            List<Claimed> runs = runOneAfterAnother(oneRunsWhileOthersAreAside(60, "a", "b"), 40);

            assertThat(countOf(runs, "a")).isBetween(28, 32);
        }

        @Test
        void tenantsOfALowerLevelTakeTheirTurnsBeforeTheRest() {
            Claimed running = oneRunsWhileOthersAreAside(10, "a", "b", "c");
            JobOptions high = priority(Priority.HIGH);
            List<JobId> before =
                    insert(job(high.withTenant("a")), job(high.withTenant("a")), job(high.withTenant("c")));
            List<Claimed> runs = runOneAfterAnother(running, 18);

            assertThat(ids(runs.subList(0, 3))).containsExactlyInAnyOrderElementsOf(before);
            for (String tenant : List.of("a", "b", "c")) {
                assertThat(countOf(runs.subList(3, 18), tenant)).as(tenant).isBetween(4, 6);
            }
        }

        @Test
        void whoIsCancelledOrDeletedAsideTakesNoTurn() {
            Claimed running = oneRunsWhileOthersAreAside(1, "a");
            List<JobId> ids = insert(many(6, () -> job(of("b"))));
            List<JobId> others = insert(many(2, () -> job(of("c"))));
            assertThat(claim(10)).isEmpty();
            assertThat(act(ids.get(0), new JobAction.Cancel("no"))).isEqualTo(1);
            assertThat(act(ids.get(2), new JobAction.Delete())).isEqualTo(1);
            List<Claimed> runs = runOneAfterAnother(running, 6);

            assertThat(ids(runs)).containsSubsequence(ids.get(1), ids.get(3), ids.get(4), ids.get(5));
            assertThat(ids(runs.subList(0, 4))).containsAll(others);
            assertThat(exchange(List.of(succeeded(runs.get(5))), 10).claimed()).isEmpty();
        }
    }
}
