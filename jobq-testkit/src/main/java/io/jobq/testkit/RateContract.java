package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.JobId;
import io.jobq.JobState;
import io.jobq.limits.Limit;
import io.jobq.limits.Rate;
import io.jobq.spi.Exchange;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import io.jobq.spi.Retention;
import io.jobq.spi.Rule;
import io.jobq.spi.Rule.Target;
import io.jobq.spi.Settlement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** How often jobs may start. Times are exact within one exchange; between two, a storage's own clock may go on. */
abstract class RateContract extends LevelContract {
    static final String TENANT = "acme";
    static final String KEY = "smtp.example";
    /** What {@link #limited()} jobs are held by. */
    static final List<Target> TARGETS = List.of(Target.QUEUE, Target.TYPE, Target.TENANT, Target.KEY);

    private static final Duration INTERVAL = Duration.ofSeconds(10);

    void rule(Target target, String name, Limit limit) {
        admin().rule(QUEUE, new Rule(target, name, limit, 0, null));
    }

    /** Sets a limit that holds {@link #limited()} jobs. */
    void limit(Target target, Limit limit) {
        rule(target, nameOf(target), limit);
    }

    static String nameOf(Target target) {
        return switch (target) {
            case QUEUE, TENANT_CLASS -> "";
            case TYPE -> TYPE;
            case TENANT -> TENANT;
            case KEY -> KEY;
            case LEVEL -> throw new IllegalArgumentException("levels have no limits");
        };
    }

    static NewJob job(String type, @Nullable String tenant, @Nullable String key) {
        JobOptions options = JobOptions.DEFAULT;
        options = tenant == null ? options : options.withTenant(tenant);
        options = key == null ? options : options.withLimitKey(key);
        return new NewJob(JobId.next(), QUEUE, type, payload("{}"), options);
    }

    /** Jobs with the type, tenant and key of the constants. */
    static NewJob limited() {
        return job(TYPE, TENANT, KEY);
    }

    List<JobId> insertLimited(int count) {
        List<NewJob> added = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            added.add(limited());
        }
        return insert(added.toArray(NewJob[]::new));
    }

    private static Rate each(Duration interval) {
        return new Rate(1, interval, 1);
    }

    @Nested
    class Rates {
        @Test
        void withoutABurstStartsAreApart() {
            for (Target target : TARGETS) {
                reopen(Retention.DEFAULT);
                limit(target, Limit.rate(each(INTERVAL)));
                List<JobId> ids = insertLimited(3);
                for (JobId id : ids.subList(0, 2)) {
                    Exchange first = exchange(List.of(), 10);
                    assertThat(ids(first.claimed())).as("%s", target).containsExactly(id);
                    assertThat(first.nextDue()).as("%s", target).isEqualTo(INTERVAL);
                    pass(Duration.ofSeconds(8));
                    Exchange tooEarly = exchange(List.of(), 10);
                    assertThat(tooEarly.claimed()).as("%s", target).isEmpty();
                    assertThat(tooEarly.nextDue()).isBetween(Duration.ofMillis(1), Duration.ofSeconds(2));
                    pass(Duration.ofSeconds(2));
                }
                assertThat(ids(claim(10))).as("%s", target).containsExactly(ids.get(2));
            }
        }

        @Test
        void aBurstComesAtOnceAndThenOneByOne() {
            for (Target target : TARGETS) {
                reopen(Retention.DEFAULT);
                limit(target, Limit.rate(new Rate(6, Duration.ofMinutes(1), 3)));
                List<JobId> ids = insertLimited(12);
                Exchange burst = exchange(List.of(), 10);
                assertThat(ids(burst.claimed())).as("%s", target).isEqualTo(ids.subList(0, 3));
                assertThat(burst.nextDue()).isEqualTo(INTERVAL);
                pass(INTERVAL);
                assertThat(ids(claim(10))).as("%s", target).isEqualTo(ids.subList(3, 4));
                pass(Duration.ofSeconds(25));
                assertThat(ids(claim(10))).as("%s", target).isEqualTo(ids.subList(4, 6));
                assertThat(exchange(List.of(), 10).nextDue()).isBetween(Duration.ofMillis(1), Duration.ofSeconds(5));
                pass(Duration.ofHours(1));
                assertThat(ids(claim(10))).as("%s after a rest", target).isEqualTo(ids.subList(6, 9));
            }
        }

        @Test
        void theTimeToWaitIsRoundedUp() {
            rule(Target.TYPE, TYPE, Limit.rate(Rate.perSecond(3).withBurst(1)));
            insert(3);

            assertThat(exchange(List.of(), 10).nextDue()).isEqualTo(Duration.ofMillis(334));
        }

        @Test
        void nobodyWaitsForARateThatHoldsNothingBack() {
            for (Target target : TARGETS) {
                reopen(Retention.DEFAULT);
                limit(target, Limit.rate(each(INTERVAL)));
                insertLimited(1);

                Exchange all = exchange(List.of(), 10);
                assertThat(all.claimed()).hasSize(1);
                assertThat(all.nextDue()).as("%s", target).isNull();
            }
        }

        @Test
        void theEarliestOfWhatIsWaitedForCounts() {
            rule(Target.TYPE, TYPE, Limit.rate(each(Duration.ofSeconds(50))));
            rule(Target.TENANT, TENANT, Limit.rate(each(Duration.ofSeconds(20))));
            insert(job(TYPE, null, null), job(TYPE, null, null), job("b", TENANT, null), job("b", TENANT, null));
            assertThat(exchange(List.of(), 10).nextDue()).isEqualTo(Duration.ofSeconds(20));

            insert(job(delayed(Duration.ofSeconds(5))));
            assertThat(exchange(List.of(), 10).nextDue()).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(5));
        }

        @Test
        void extremesAreKeptTo() {
            rule(Target.TYPE, "rare", Limit.rate(new Rate(1, Duration.ofDays(366), 1_000_000)));
            rule(Target.TYPE, "often", Limit.rate(new Rate(1_000_000, Duration.ofMillis(1), 1)));
            rule(Target.TYPE, "yearly", Limit.rate(each(Duration.ofDays(366))));
            insert(jobOfType("rare"), jobOfType("rare"), jobOfType("yearly"), jobOfType("yearly"));
            Exchange three = exchange(List.of(), 10);
            assertThat(three.claimed()).hasSize(3);
            assertThat(three.nextDue()).isEqualTo(Duration.ofDays(366));

            insert(jobOfType("often"), jobOfType("often"));
            assertThat(claim(10)).isNotEmpty();
        }

        @Test
        void aStartIsNotGivenBack() {
            for (Function<Claimed, Settlement> back :
                    List.<Function<Claimed, Settlement>>of(ContractFixtures::release, c -> snooze(c, Duration.ZERO))) {
                reopen(Retention.DEFAULT);
                rule(Target.TYPE, TYPE, Limit.rate(each(INTERVAL)));
                JobId id = insert(1).get(0);
                apply(back.apply(claimOne()));

                Exchange tooEarly = exchange(List.of(), 10);
                assertThat(tooEarly.claimed()).isEmpty();
                assertThat(tooEarly.nextDue()).isBetween(Duration.ofSeconds(8), INTERVAL);
                pass(INTERVAL);
                assertThat(claimOne().job().id()).isEqualTo(id);
            }
        }

        @Test
        void aChangeHoldsAtOnce() {
            rule(Target.TYPE, TYPE, Limit.rate(each(INTERVAL)));
            List<JobId> ids = insert(10);
            assertThat(claim(10)).hasSize(1);
            rule(Target.TYPE, TYPE, Limit.rate(new Rate(1, Duration.ofSeconds(5), 5)));
            Exchange more = exchange(List.of(), 10);
            assertThat(ids(more.claimed()))
                    .as("a burst of 5 less what 10 s are worth")
                    .isEqualTo(ids.subList(1, 4));
            assertThat(more.nextDue()).isBetween(Duration.ofMillis(1), Duration.ofSeconds(5));
            rule(Target.TYPE, TYPE, Limit.NONE);
            Exchange rest = exchange(List.of(), 10);

            assertThat(ids(rest.claimed())).isEqualTo(ids.subList(4, 10));
            assertThat(rest.nextDue()).isNull();
        }

        @Test
        void aHigherRateDoesNotWaitForWhatALowerOneWasOwed() {
            for (Target target : List.of(Target.TYPE, Target.TENANT_CLASS, Target.QUEUE)) {
                limit(target, Limit.rate(Rate.perHour(1).withBurst(5)));
                insert(limited(), limited(), limited(), limited(), limited(), limited(), limited());
                assertThat(claim(10)).as("%s", target).hasSize(5);
                limit(target, Limit.rate(Rate.perSecond(1)));
                pass(Duration.ofSeconds(1));
                jobs().sweep(10);

                assertThat(claim(10)).as("%s", target).hasSize(1);
                limit(target, Limit.NONE);
                claim(10);
            }
        }

        @Test
        void aHigherRateOfAClassIsForAllItsTenants() {
            limit(Target.TENANT_CLASS, Limit.rate(Rate.perHour(1)));
            for (int i = 0; i < 30; i++) {
                insertForTenants(100 * i, 100 * i + 100);
            }
            assertThat(claimAll()).hasSize(3_000);
            for (int i = 0; i < 15; i++) { // the others have nothing that waits
                insertForTenants(100 * i, 100 * i + 100);
            }
            assertThat(claimAll()).isEmpty();
            limit(Target.TENANT_CLASS, Limit.rate(Rate.perSecond(1)));
            pass(Duration.ofSeconds(1));
            for (int i = 15; i < 30; i++) {
                insertForTenants(100 * i, 100 * i + 100);
            }

            assertThat(claimAll()).hasSize(3_000);
        }

        private void insertForTenants(int from, int to) {
            insert(IntStream.range(from, to)
                    .mapToObj(i -> job(TYPE, "t" + i, null))
                    .toArray(NewJob[]::new));
        }

        private List<Claimed> claimAll() {
            List<Claimed> all = new ArrayList<>();
            Exchange answer;
            do {
                answer = exchange(List.of(), 100);
                all.addAll(answer.claimed());
            } while (!answer.claimed().isEmpty() || Duration.ZERO.equals(answer.nextDue()));
            return all;
        }

        @Test
        void eachTenantOfAClassAndEachKeyIsCountedForItself() {
            admin().rule(QUEUE, new Rule(Target.TENANT_CLASS, "free", Limit.rate(each(INTERVAL)), 0, null));
            admin().rule(QUEUE, new Rule(Target.TENANT, "a", Limit.NONE, 0, "free"));
            admin().rule(QUEUE, new Rule(Target.TENANT, "b", Limit.NONE, 0, "free"));
            rule(Target.KEY, "", Limit.rate(each(Duration.ofSeconds(30))));
            List<JobId> ids = insert(
                    job(TYPE, "a", null),
                    job(TYPE, "a", null),
                    job(TYPE, "b", null),
                    job(TYPE, "b", null),
                    job(TYPE, null, "k"),
                    job(TYPE, null, "k"),
                    job(TYPE, null, "l"));

            Exchange first = exchange(List.of(), 10);
            assertThat(ids(first.claimed())).containsExactlyInAnyOrder(ids.get(0), ids.get(2), ids.get(4), ids.get(6));
            assertThat(first.nextDue()).isEqualTo(INTERVAL);
            pass(INTERVAL);
            assertThat(ids(claim(10))).containsExactlyInAnyOrder(ids.get(1), ids.get(3));
            pass(Duration.ofSeconds(20));
            assertThat(ids(claim(10))).containsExactly(ids.get(5));
        }

        @Test
        void rateAndConcurrencyHoldTogether() {
            for (Target target : TARGETS) {
                reopen(Retention.DEFAULT);
                limit(target, Limit.concurrency(2).withRate(new Rate(1, INTERVAL, 3)));
                List<JobId> ids = insertLimited(5);
                List<Claimed> two = claim(10);
                assertThat(ids(two)).as("%s", target).isEqualTo(ids.subList(0, 2));
                apply(succeeded(two.get(0)));
                List<Claimed> third = claim(10);
                assertThat(ids(third)).as("%s", target).isEqualTo(ids.subList(2, 3));
                apply(succeeded(two.get(1)));
                Exchange tooOften = exchange(List.of(), 10);
                assertThat(tooOften.claimed()).as("%s", target).isEmpty();
                assertThat(tooOften.nextDue()).isBetween(Duration.ofSeconds(8), INTERVAL);
                pass(INTERVAL);
                assertThat(ids(claim(10))).as("%s", target).isEqualTo(ids.subList(3, 4));
            }
        }

        @Test
        void aSweepBringsBackWhatIsDue() {
            rule(Target.TYPE, TYPE, Limit.rate(each(INTERVAL)));
            List<JobId> ids = insert(3);
            claim(10);
            pass(INTERVAL);
            jobs().sweep(100);
            JobId newer = insert(1).get(0);

            assertThat(ids(claim(10))).containsExactly(ids.get(1));
            assertThat(state(newer)).isEqualTo(JobState.READY);
        }
    }
}
