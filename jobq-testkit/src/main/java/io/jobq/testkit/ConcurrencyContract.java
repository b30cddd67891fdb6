package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.JobId;
import io.jobq.JobState;
import io.jobq.limits.Limit;
import io.jobq.limits.Rate;
import io.jobq.spi.Exchange;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.Exchange.SettleResult;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import io.jobq.spi.Retention;
import io.jobq.spi.Rule;
import io.jobq.spi.Rule.Target;
import io.jobq.spi.Settlement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** How many may run at once. */
abstract class ConcurrencyContract extends RateContract {
    static final Duration RUN_OUT = LEASE_TIME.plusSeconds(2);
    static final List<String> ANY_NAMES =
            List.of("a:b", "a b", " ", "ä€😀", "\"", "\\", "*?[x]", "%s", "-1", "{}", "1e3", "line\nbreak");

    int act(JobId id, JobAction action) {
        return admin().apply(JobFilter.ALL.withIds(Set.of(id)), action, null, 1).count();
    }

    long ready() {
        return Objects.requireNonNull(admin().stats().queues().get(QUEUE)).count(JobState.READY);
    }

    List<JobId> listReady() {
        return listAll(JobFilter.ALL.withStates(JobState.READY), 3);
    }

    static Map<String, Integer> count(List<Claimed> claimed, Function<NewJob, String> by) {
        Map<String, Integer> counts = new TreeMap<>();
        claimed.forEach(each -> counts.merge(by.apply(each.job().job()), 1, Integer::sum));
        return counts;
    }

    static NewJob[] many(int count, Supplier<NewJob> each) {
        return Stream.generate(each).limit(count).toArray(NewJob[]::new);
    }

    @Nested
    class RulesOfAQueue {
        @Test
        void areListedByTargetAndName() {
            List<Rule> rules = List.of(
                    new Rule(Target.QUEUE, "", Limit.concurrency(3), 0, null),
                    new Rule(Target.TYPE, "a", Limit.rate(Rate.perMinute(7)), 0, null),
                    new Rule(Target.TYPE, "b", Limit.PAUSED, 0, null),
                    new Rule(Target.TENANT, "a", Limit.NONE, 7, "pro"),
                    new Rule(Target.TENANT_CLASS, "", Limit.concurrency(1).withRate(Rate.perHour(5)), 1, null),
                    new Rule(Target.TENANT_CLASS, "pro", Limit.rate(new Rate(3, Duration.ofMillis(7), 9)), 2, null),
                    new Rule(Target.KEY, "", Limit.concurrency(2), 0, null));
            for (int i = rules.size() - 1; i >= 0; i--) {
                admin().rule("not used yet", rules.get(i));
            }

            assertThat(admin().rules("not used yet")).isEqualTo(rules);
            rules.forEach(rule -> assertThat(admin().rule("not used yet", rule.target(), rule.name()))
                    .contains(rule));
            assertThat(admin().rule("not used yet", Target.TYPE, "unknown")).isEmpty();
            assertThat(admin().rules(QUEUE)).isEmpty();
        }

        @Test
        void areListedHoweverManyThereAre() {
            List<Rule> rules = IntStream.range(1_000, 2_500)
                    .mapToObj(i -> new Rule(Target.TENANT, "tenant" + i, Limit.concurrency(2), 0, null))
                    .toList();
            rules.forEach(rule -> admin().rule(QUEUE, rule));

            assertThat(admin().rules(QUEUE)).isEqualTo(rules);
        }

        @Test
        void areReplacedAndTakenBack() {
            rule(Target.TYPE, "a", Limit.PAUSED);
            rule(Target.TYPE, "a", Limit.concurrency(2));
            assertThat(admin().rules(QUEUE)).containsExactly(new Rule(Target.TYPE, "a", Limit.concurrency(2), 0, null));
            rule(Target.TYPE, "a", Limit.NONE);
            rule(Target.TYPE, "never set", Limit.NONE);

            assertThat(admin().rules(QUEUE)).isEmpty();
        }

        @Test
        void mayHaveAnyName() {
            for (String name : ANY_NAMES) {
                for (Target target : List.of(Target.TYPE, Target.TENANT, Target.KEY)) {
                    reopen(Retention.DEFAULT);
                    admin().rule(name, new Rule(target, name, Limit.concurrency(1), 0, null));
                    assertThat(admin().rules(name)).extracting(Rule::name).containsExactly(name);
                    JobOptions options = JobOptions.DEFAULT.withTenant(name).withLimitKey(name);
                    for (int i = 0; i < 3; i++) {
                        insert(new NewJob(JobId.next(), name, name, payload("{}"), options));
                    }
                    insert(new NewJob(JobId.next(), name, "other", payload("{}"), JobOptions.DEFAULT));
                    assertThat(jobs().exchange(List.of(), wanting(9, name)).claimed())
                            .as("%s of '%s'", target, name)
                            .hasSize(2);
                }
            }
        }

        @Test
        void holdForTheirQueueOnly() {
            rule(Target.QUEUE, "", Limit.concurrency(1));
            insert(3);
            insert(job("other", JobOptions.DEFAULT), job("other", JobOptions.DEFAULT));

            assertThat(jobs().exchange(List.of(), wanting(10, QUEUE, "other")).claimed())
                    .extracting(each -> each.job().queue())
                    .containsExactlyInAnyOrder(QUEUE, "other", "other");
        }
    }

    @Nested
    class Concurrency {
        private final List<Function<Claimed, Settlement>> stops = List.of(
                ContractFixtures::succeeded,
                c -> retry(c, Duration.ofMinutes(1)),
                c -> retry(c, Duration.ZERO),
                c -> snooze(c, Duration.ofMinutes(1)),
                c -> snooze(c, Duration.ZERO),
                ContractFixtures::discard,
                ContractFixtures::cancel,
                ContractFixtures::release,
                ContractFixtures::park);

        @Test
        void soManyRunAtOnceAndNoMore() {
            for (Target target : TARGETS) {
                reopen(Retention.DEFAULT);
                limit(target, Limit.concurrency(3));
                List<JobId> ids = insertLimited(8);
                List<Claimed> three = new ArrayList<>(claim(2));
                three.addAll(claim(10));
                assertThat(ids(three)).as("%s", target).isEqualTo(ids.subList(0, 3));
                Exchange full = exchange(List.of(), 10);
                assertThat(full.claimed()).as("%s", target).isEmpty();
                assertThat(full.nextDue()).as("%s", target).isNull();
                List<Settlement> two = List.of(succeeded(three.get(2)), succeeded(three.get(0)));
                assertThat(ids(exchange(two, 10).claimed())).as("%s", target).isEqualTo(ids.subList(3, 5));
                apply(succeeded(three.get(1)));
                assertThat(ids(claim(10))).as("%s", target).isEqualTo(ids.subList(5, 6));
            }
        }

        @Test
        void aSlotIsFreeHoweverItsJobStops() {
            for (Target target : TARGETS) {
                for (Function<Claimed, Settlement> stop : stops) {
                    reopen(Retention.DEFAULT);
                    limit(target, Limit.concurrency(1));
                    insertLimited(4);
                    Settlement first = stop.apply(claimOne());
                    assertThat(claim(10)).as("%s", target).isEmpty();
                    apply(first);
                    assertThat(settle(first)).containsExactly(SettleResult.APPLIED);
                    Claimed second = claimOne();
                    assertThat(claim(10)).as("%s after %s", target, first).isEmpty();
                    assertThat(exchange(List.of(first, stop.apply(second)), 10).claimed())
                            .as("%s after %s", target, first)
                            .hasSize(1);
                }
            }
        }

        @Test
        void aLeaseThatRunsOutFreesItsSlot() {
            for (Target target : TARGETS) {
                reopen(Retention.DEFAULT);
                limit(target, Limit.concurrency(2));
                insertLimited(5);
                List<Claimed> lost = claim(10);
                pass(RUN_OUT);
                assertThat(claim(10)).as("%s before the sweep", target).isEmpty();
                assertThat(jobs().sweep(100).reclaimed()).isEqualTo(2);
                assertThat(claim(10)).as("%s", target).hasSize(2);
                assertThat(settle(succeeded(lost.get(0)), release(lost.get(1))))
                        .containsExactly(SettleResult.LOST, SettleResult.LOST);
                assertThat(claim(10)).as("%s after what came too late", target).isEmpty();
            }
        }

        @Test
        void aWishToCancelFreesNothingUntilTheJobStops() {
            rule(Target.TYPE, TYPE, Limit.concurrency(1));
            insert(3);
            Claimed first = claimOne();
            assertThat(act(first.job().id(), new JobAction.Cancel("no"))).isEqualTo(1);
            assertThat(claim(10)).isEmpty();
            apply(release(first));
            assertThat(state(first.job().id())).isEqualTo(JobState.CANCELLED);
            claimOne();
            assertThat(claim(10)).isEmpty();
        }

        @Test
        void aReplayedJobCountsAnew() {
            limit(Target.KEY, Limit.concurrency(1));
            List<JobId> ids = insertLimited(2);
            apply(discard(claimOne()));
            apply(succeeded(claimOne()));
            assertThat(act(ids.get(0), new JobAction.Replay(null))).isEqualTo(1);
            assertThat(act(ids.get(1), new JobAction.Replay("other"))).isEqualTo(1);
            insertLimited(1);

            assertThat(ids(claim(10))).containsExactly(ids.get(0));
            assertThat(jobs().exchange(List.of(), wanting(10, "other")).claimed())
                    .hasSize(1);
        }

        @Test
        void aTenantHasItsOwnLimitOrThatOfItsClassOrThatOfNone() {
            rule(Target.TENANT_CLASS, "", Limit.concurrency(1));
            rule(Target.TENANT_CLASS, "pro", Limit.concurrency(2));
            admin().rule(QUEUE, new Rule(Target.TENANT, "pro1", Limit.NONE, 0, "pro"));
            admin().rule(QUEUE, new Rule(Target.TENANT, "pro2", Limit.NONE, 5, "pro"));
            admin().rule(QUEUE, new Rule(Target.TENANT, "own", Limit.concurrency(3), 0, "pro"));
            admin().rule(QUEUE, new Rule(Target.TENANT, "free", Limit.NONE, 0, "a class without a rule"));
            admin().rule(QUEUE, new Rule(Target.TENANT, "heavy", Limit.NONE, 5, null));
            for (String tenant : List.of("pro1", "pro2", "own", "free", "heavy", "new1", "new2")) {
                for (int i = 0; i < 5; i++) {
                    insert(job(of(tenant)));
                }
            }
            insert(5);

            assertThat(count(claim(100), job -> String.valueOf(job.options().tenant())))
                    .isEqualTo(Map.of(
                            "pro1", 2, "pro2", 2, "own", 3, "free", 5, "heavy", 1, "new1", 1, "new2", 1, "null", 5));
        }

        @Test
        void aKeyHasItsOwnLimitOrThatOfAll() {
            rule(Target.KEY, "", Limit.concurrency(1));
            rule(Target.KEY, "own", Limit.concurrency(2));
            for (String key : List.of("own", "a", "b")) {
                for (int i = 0; i < 5; i++) {
                    insert(job(TYPE, null, key));
                }
            }
            insert(5);

            assertThat(count(claim(100), job -> String.valueOf(job.options().limitKey())))
                    .isEqualTo(Map.of("own", 2, "a", 1, "b", 1, "null", 5));
        }

        @Test
        void aChangeHoldsFromTheNextClaimOnAndWhatRunsCounts() {
            for (Target target : TARGETS) {
                reopen(Retention.DEFAULT);
                limit(target, Limit.concurrency(3));
                List<JobId> ids = insertLimited(9);
                List<Claimed> three = claim(10);
                limit(target, Limit.concurrency(2));
                apply(succeeded(three.get(0)));
                assertThat(claim(10)).as("%s of 2, 2 running", target).isEmpty();
                apply(succeeded(three.get(1)));
                assertThat(ids(claim(10))).as("%s of 2", target).isEqualTo(ids.subList(3, 4));
                limit(target, Limit.concurrency(5));
                assertThat(ids(claim(10))).as("%s of 5", target).isEqualTo(ids.subList(4, 7));
                limit(target, Limit.NONE);
                assertThat(ids(claim(10))).as("%s of any", target).isEqualTo(ids.subList(7, 9));
            }
        }
    }

    @Nested
    class PausedByLimits {
        @Test
        void nothingStartsAndWhatRunsGoesOn() {
            for (Target target : TARGETS) {
                reopen(Retention.DEFAULT);
                List<JobId> ids = insertLimited(4);
                Claimed running = claimOne();
                limit(target, Limit.PAUSED);
                Exchange paused = exchange(List.of(), 10);
                assertThat(paused.claimed()).as("%s", target).isEmpty();
                assertThat(paused.nextDue()).as("%s", target).isNull();
                apply(succeeded(running));
                assertThat(claim(10)).as("%s", target).isEmpty();
                assertThat(listReady()).isEqualTo(ids.subList(1, 4));
                ids = new ArrayList<>(ids);
                ids.addAll(insertLimited(1));
                limit(target, Limit.NONE);

                // what was held comes back first; a storage that needs another call for the rest asks for it at once
                Exchange first = exchange(List.of(), 10);
                List<JobId> started = new ArrayList<>(ids(first.claimed()));
                if (started.size() < 4) {
                    assertThat(first.nextDue()).as("%s goes on", target).isEqualTo(Duration.ZERO);
                    started.addAll(ids(claim(10)));
                }
                assertThat(started).as("%s", target).isEqualTo(ids.subList(1, 5));
            }
        }

        @Test
        void aClassMayPause() {
            rule(Target.TENANT_CLASS, "free", Limit.PAUSED);
            admin().rule(QUEUE, new Rule(Target.TENANT, "a", Limit.NONE, 0, "free"));
            List<JobId> ids = insert(job(of("a")), job(of("b")), job(of("a")));
            assertThat(ids(claim(10))).containsExactly(ids.get(1));
            rule(Target.TENANT_CLASS, "free", Limit.concurrency(1));
            assertThat(ids(claim(10))).containsExactly(ids.get(0));
            rule(Target.TENANT, "a", Limit.NONE);
            assertThat(ids(claim(10))).as("a tenant that left its class").containsExactly(ids.get(2));
        }

        @Test
        void allKeysMayPause() {
            rule(Target.KEY, "", Limit.PAUSED);
            List<JobId> ids = insert(job(TYPE, null, "a"), job(TYPE, null, "b"), job(TYPE, null, null));
            assertThat(ids(claim(10))).containsExactly(ids.get(2));
            rule(Target.KEY, "b", Limit.concurrency(1));
            assertThat(ids(claim(10))).containsExactly(ids.get(1));
            rule(Target.KEY, "", Limit.NONE);
            assertThat(ids(claim(10))).containsExactly(ids.get(0));
        }
    }
}
