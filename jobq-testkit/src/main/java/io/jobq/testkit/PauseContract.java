package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.JobId;
import io.jobq.JobState;
import io.jobq.limits.Limit;
import io.jobq.limits.Rate;
import io.jobq.spi.Exchange;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.HoldingRule;
import io.jobq.spi.JobOptions;
import io.jobq.spi.RenewResult;
import io.jobq.spi.Retention;
import io.jobq.spi.Rule;
import io.jobq.spi.Rule.Part;
import io.jobq.spi.Rule.Target;
import io.jobq.spi.StorageStats.QueueStats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Queues, types, tenants and keys that give no jobs for a while. */
abstract class PauseContract extends ActionContract {
    @Nested
    class Pausing {
        @Test
        void aPausedQueueGivesNoJob() {
            insert(3);
            JobId elsewhere = insert(job(OTHER, JobOptions.DEFAULT)).get(0);
            Claimed running = claimOne();
            assertThat(admin().pause(QUEUE, true)).isTrue();
            assertThat(admin().pause(QUEUE, true)).isFalse();

            assertThat(claim(10)).isEmpty();
            assertThat(ids(jobs().exchange(List.of(), wanting(10, QUEUE, OTHER)).claimed()))
                    .containsExactly(elsewhere);
            apply(release(running));
            assertThat(exchange(List.of(), 10).claimed()).isEmpty();
        }

        @Test
        void itGoesOnInItsOrder() {
            List<JobId> ids = new ArrayList<>(insert(2));
            admin().pause(QUEUE, true);
            ids.addAll(insert(1));
            claim(10);
            assertThat(admin().pause(QUEUE, false)).isTrue();
            assertThat(admin().pause(QUEUE, false)).isFalse();

            assertThat(ids(claim(10))).isEqualTo(ids);
        }

        @Test
        void itsDueJobsBecomeReady() {
            JobId id = insert(job(delayed(LATER))).get(0);
            admin().pause(QUEUE, true);
            pass(LATER.plusSeconds(1));
            Exchange exchange = exchange(List.of(), 1);

            assertThat(exchange.claimed()).isEmpty();
            assertThat(exchange.nextDue()).isNull();
            assertThat(state(id)).isEqualTo(JobState.READY);
        }

        @Test
        void itsRunningJobsAreRenewedAndSettled() {
            insert(1);
            Claimed running = claimOne();
            admin().pause(QUEUE, true);

            assertThat(jobs().renew(WORKER, List.of(report(running)))).containsExactly(RenewResult.HELD);
            apply(succeeded(running));
        }

        @Test
        void isShownAndMayComeBeforeTheFirstJob() {
            admin().pause("later", true);
            QueueStats stats = Objects.requireNonNull(admin().stats().queues().get("later"));
            assertThat(stats.paused()).isTrue();
            assertThat(stats.count(JobState.READY)).isZero();
            insert(job("later", JobOptions.DEFAULT), job());
            assertThat(jobs().exchange(List.of(), wanting(1, "later")).claimed())
                    .isEmpty();

            assertThat(Objects.requireNonNull(admin().stats().queues().get(QUEUE))
                            .paused())
                    .isFalse();
            admin().pause("later", false);
            assertThat(Objects.requireNonNull(admin().stats().queues().get("later"))
                            .paused())
                    .isFalse();
        }

        @Test
        @SuppressWarnings("NullAway")
        void noQueueIsRejected() {
            assertThatThrownBy(() -> admin().pause(null, true)).isInstanceOf(NullPointerException.class);
        }
    }

    @Nested
    class PausingByRules {
        private static final List<Target> PAUSABLE = List.of(Target.TYPE, Target.TENANT, Target.KEY);

        private void pause(Target target, boolean paused) {
            admin().rule(QUEUE, Rule.none(target, nameOf(target)).withPaused(paused), Part.PAUSE);
        }

        private void limitOnly(Target target, Limit limit) {
            admin().rule(QUEUE, Rule.none(target, nameOf(target)).withLimit(limit), Part.LIMIT);
        }

        @Test
        void aLimitThatIsSetMeanwhileDoesNotEndIt() {
            for (Target target : PAUSABLE) {
                reopen(Retention.DEFAULT);
                limitOnly(target, Limit.concurrency(3));
                pause(target, true);
                List<JobId> ids = insertLimited(5);
                assertThat(claim(10)).isEmpty();
                limitOnly(target, Limit.concurrency(2));
                assertThat(claim(10)).as("paused %s", target).isEmpty();
                pause(target, false);

                assertThat(ids(claim(10))).as("%s goes on", target).isEqualTo(ids.subList(0, 2));
            }
        }

        @Test
        void whatRunsCountsWhenItIsOver() {
            for (Target target : PAUSABLE) {
                reopen(Retention.DEFAULT);
                limitOnly(target, Limit.concurrency(2));
                insertLimited(5);
                Claimed running = claimOne();
                pause(target, true);
                assertThat(claim(10)).isEmpty();
                pause(target, false);
                assertThat(claim(10)).as("%s beside one", target).hasSize(1);
                pause(target, true);
                apply(succeeded(running));
                assertThat(claim(10)).isEmpty();
                pause(target, false);

                assertThat(claim(10)).as("%s after one", target).hasSize(1);
            }
        }

        @Test
        void whoIsHeldIsToldThatItIsPaused() {
            for (Target target : PAUSABLE) {
                reopen(Retention.DEFAULT);
                Limit limit = Limit.concurrency(5).withRate(Rate.perHour(7));
                limitOnly(target, limit);
                pause(target, true);
                JobId id = insertLimited(1).get(0);
                claim(10);
                HoldingRule rule = Objects.requireNonNull(find(id).heldBy());

                assertThat(rule).isEqualTo(new HoldingRule(target, nameOf(target), limit.withConcurrency(0), 1, null));
                assertThat(rule.text()).contains("is paused; 1 job waits");
            }
        }

        @Test
        void aTenantIsPausedWhateverItsClassAllows() {
            rule(Target.TENANT_CLASS, "pro", Limit.concurrency(1));
            admin().rule(QUEUE, Rule.none(Target.TENANT, TENANT).withTenantClass("pro"));
            insertLimited(3);
            pause(Target.TENANT, true);
            assertThat(claim(10)).isEmpty();
            pause(Target.TENANT, false);

            assertThat(claim(10)).hasSize(1);
        }

        @Test
        void eachPartIsChangedByItself() {
            Rule stale = Rule.none(Target.TENANT, TENANT);
            pause(Target.TENANT, true);
            admin().rule(QUEUE, stale.withTenantClass("pro"), Part.TENANT_CLASS);
            admin().rule(QUEUE, stale.withWeight(3), Part.WEIGHT);
            Limit limit = Limit.concurrency(Limit.UNLIMITED - 1).withRate(new Rate(1, Duration.ofDays(366), 1_000_000));
            admin().rule(QUEUE, stale.withLimit(limit), Part.LIMIT);
            Rule all = new Rule(Target.TENANT, TENANT, limit, 3, "pro", null, true);
            assertThat(admin().rules(QUEUE)).containsExactly(all);
            admin().rule(QUEUE, stale.withWeight(2), Part.WEIGHT, Part.PAUSE);
            assertThat(admin().rules(QUEUE)).containsExactly(all.withWeight(2).withPaused(false));
            admin().rule(QUEUE, stale, Part.LIMIT, Part.WEIGHT);
            assertThat(admin().rules(QUEUE)).containsExactly(stale.withTenantClass("pro"));
            admin().rule(QUEUE, stale, Part.TENANT_CLASS);

            assertThat(admin().rules(QUEUE)).isEmpty();
        }

        @Test
        void aRuleThatIsSetAsAWholeReplacesAllParts() {
            pause(Target.TENANT, true);
            Rule whole = Rule.none(Target.TENANT, TENANT).withTenantClass("\"pro\" / ä\n");
            admin().rule(QUEUE, whole);
            assertThat(admin().rules(QUEUE)).containsExactly(whole);
            pause(Target.TENANT, false);

            assertThat(admin().rules(QUEUE)).containsExactly(whole);
        }
    }
}
