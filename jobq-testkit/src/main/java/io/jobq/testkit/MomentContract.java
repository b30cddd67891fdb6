package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.JobId;
import io.jobq.limits.Limit;
import io.jobq.limits.Rate;
import io.jobq.spi.Exchange;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.HoldingRule;
import io.jobq.spi.InsertResult.Inserted;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobOptions;
import io.jobq.spi.RenewResult;
import io.jobq.spi.Retention;
import io.jobq.spi.Rule.Target;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** When exactly time is up, by the storage's clock: never a millisecond early, and soon after. */
abstract class MomentContract extends FenceContract {
    /** A storage with a clock of its own moves on while it is asked, and may be held up. */
    private static final Duration SLACK = Duration.ofSeconds(1);

    private static final Duration PERIOD = Duration.ofSeconds(10);

    private static Instant started(Claimed claimed) {
        return Objects.requireNonNull(claimed.job().times().started());
    }

    private Instant storageTime() {
        return storage().registry().now();
    }

    /** Lets all but two seconds of a time pass, and then millisecond by millisecond, until something comes true. */
    private void passUntil(Duration time, BooleanSupplier isTrue) {
        pass(time.minusSeconds(2));
        for (int step = 0; step < 3_000 && !isTrue.getAsBoolean(); step++) {
            pass(Duration.ofMillis(1));
        }
    }

    private Claimed claimAfter(Duration time) {
        List<Claimed> claimed = new ArrayList<>();
        passUntil(time, () -> claimed.addAll(claim(1)));
        assertThat(claimed).hasSize(1);
        return claimed.get(0);
    }

    private static void assertOnTime(Instant actual, Instant due) {
        assertThat(actual).isBetween(due.truncatedTo(ChronoUnit.MILLIS), due.plus(SLACK));
    }

    @Nested
    class TheMoment {
        @Test
        void aJobIsDueIsNotMissed() {
            JobId id = insert(job(delayed(PERIOD))).get(0);
            Instant due = find(id).times().due();
            assertThat(due).isEqualTo(find(id).times().enqueued().plus(PERIOD));

            assertOnTime(started(claimAfter(PERIOD)), due);
        }

        @Test
        void aRetryIsDueIsNotMissed() {
            insert(1);
            apply(retry(claimOne(), PERIOD));
            Instant failed = storageTime();

            Instant again = started(claimAfter(PERIOD));
            assertThat(again).isBetween(failed.plus(PERIOD).minus(SLACK), failed.plus(PERIOD.plus(SLACK)));
        }

        @Test
        void aSweepMakesAJobReadyIsNotMissed() {
            JobId id = insert(job(delayed(PERIOD))).get(0);
            passUntil(PERIOD, () -> jobs().sweep(10).promoted() == 1);

            assertOnTime(storageTime(), find(id).times().due());
        }

        @Test
        void aLeaseRunsOutIsNotMissed() {
            insert(1);
            Instant start = started(claimOne());
            passUntil(LEASE_TIME, () -> jobs().sweep(10).reclaimed() == 1);

            assertOnTime(storageTime(), start.plus(LEASE_TIME));
        }

        @Test
        void aRenewedLeaseRunsOutIsNotMissed() {
            insert(1);
            Claimed held = claimOne();
            pass(PERIOD);
            Instant renewed = storageTime();
            assertThat(jobs().renew(WORKER, List.of(report(held)))).containsExactly(RenewResult.HELD);
            passUntil(LEASE_TIME, () -> jobs().sweep(10).reclaimed() == 1);

            assertOnTime(storageTime(), renewed.plus(LEASE_TIME));
        }

        @Test
        void aWindowEndsIsNotMissed() {
            JobId first = inserted(forWindow());
            passUntil(WINDOW, () -> jobs().insert(List.of(job(forWindow()))).get(0) instanceof Inserted);

            assertOnTime(storageTime(), find(first).times().enqueued().plus(WINDOW));
        }

        @Test
        void aRateHasRoomAgainIsNotMissed() {
            for (Target target : TARGETS) {
                reopen(Retention.DEFAULT);
                limit(target, Limit.rate(new Rate(1, PERIOD, 1)));
                insertLimited(2);
                Instant first = started(claimOne());

                assertOnTime(started(claimAfter(PERIOD)), first.plus(PERIOD));
            }
        }

        @Test
        void retentionIsOverIsNotMissed() {
            reopen(new Retention(100, LATER, 100, LATER.plus(LATER)));
            JobId succeeded = settledJob(ContractFixtures::succeeded);
            JobId dead = settledJob(ContractFixtures::discard);
            Instant end = Objects.requireNonNull(find(succeeded).times().finished());
            Instant death = Objects.requireNonNull(find(dead).times().finished());

            passUntil(LATER, () -> jobs().sweep(10).purged() == 1);
            assertOnTime(storageTime(), end.plus(LATER));
            assertThat(admin().find(succeeded)).isEmpty();
            passUntil(LATER, () -> jobs().sweep(10).purged() == 1);
            assertOnTime(storageTime(), death.plus(LATER.plus(LATER)));
        }
    }

    @Nested
    class AfterItsTime {
        @Test
        void aWindowIsForgottenByTheSweep() {
            inserted(forWindow());
            pass(WINDOW);
            jobs().sweep(10);
            pass(WINDOW.dividedBy(-2)); // in a window that were still there, the key would be taken again

            inserted(forWindow());
        }

        @Test
        void aReplayedJobHasNoEndOfItsTimeAnyMore() {
            for (String target : List.of(QUEUE, OTHER)) {
                for (boolean dead : new boolean[] {false, true}) {
                    reopen(Retention.DEFAULT);
                    Instant expiry = now(clock).plus(PERIOD);
                    JobId id = insert(job(JobOptions.DEFAULT.withExpiresAt(expiry)))
                            .get(0);
                    pass(PERIOD.plus(PERIOD));
                    Claimed late = claimOne();
                    apply(dead ? discard(late) : cancel(late));
                    assertThat(act(id, new JobAction.Replay(target.equals(QUEUE) ? null : target)))
                            .isEqualTo(1);

                    assertThat(find(id).job().options().expiresAt()).as(target).isNull();
                    assertThat(ids(jobs().exchange(List.of(), wanting(1, target))
                                    .claimed()))
                            .containsExactly(id);
                }
            }
        }

        @Test
        void aRateThatHasRoomHoldsUntilNow() {
            for (Target target : List.of(Target.TYPE, Target.TENANT, Target.KEY)) {
                reopen(Retention.DEFAULT);
                limit(target, Limit.rate(new Rate(1, PERIOD, 1)));
                List<JobId> ids = insertLimited(3);
                Instant first = started(claim(10).get(0));
                HoldingRule holding = Objects.requireNonNull(find(ids.get(1)).heldBy());
                assertThat(holding.until()).as("%s", target).isEqualTo(first.plus(PERIOD));
                pass(PERIOD.plus(PERIOD));
                Instant before = storageTime();
                HoldingRule open = Objects.requireNonNull(find(ids.get(1)).heldBy());

                assertThat(open.until()).as("%s", target).isBetween(before, before.plus(SLACK));
            }
        }
    }

    @Nested
    class PausedQueuesWithRules {
        @Test
        void giveNothingAndGoOnWhereTheyWere() {
            for (Target target : TARGETS) {
                reopen(Retention.DEFAULT);
                limit(target, Limit.concurrency(4));
                List<JobId> ids = insertLimited(5);
                admin().pause(QUEUE, true);
                Exchange paused = exchange(List.of(), 10);
                assertThat(paused.claimed()).as("%s", target).isEmpty();
                assertThat(paused.nextDue()).as("%s", target).isNull();
                admin().pause(QUEUE, false);

                assertThat(ids(claim(10))).as("%s", target).isEqualTo(ids.subList(0, 4));
            }
        }

        @Test
        void doNotWaitForTheirRates() {
            for (Target target : TARGETS) {
                reopen(Retention.DEFAULT);
                limit(target, Limit.rate(new Rate(1, PERIOD, 1)));
                insertLimited(3);
                assertThat(claim(10)).hasSize(1);
                admin().pause(QUEUE, true);
                assertThat(exchange(List.of(), 10).nextDue()).as("%s", target).isNull();
                pass(PERIOD);
                Exchange paused = exchange(List.of(), 10);
                assertThat(paused.claimed()).as("%s", target).isEmpty();
                assertThat(paused.nextDue()).as("%s", target).isNull();
                admin().pause(QUEUE, false);

                assertThat(claim(10)).as("%s", target).hasSize(1);
            }
        }
    }
}
