package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.JobId;
import io.jobq.Priority;
import io.jobq.limits.Limit;
import io.jobq.limits.Rate;
import io.jobq.spi.Claim;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.NewJob;
import io.jobq.spi.Rule.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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
    }
}
