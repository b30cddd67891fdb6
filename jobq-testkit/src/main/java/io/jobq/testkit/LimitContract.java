package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.JobId;
import io.jobq.JobState;
import io.jobq.Priority;
import io.jobq.limits.Limit;
import io.jobq.limits.Rate;
import io.jobq.spi.Exchange;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.Exchange.SettleResult;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import io.jobq.spi.Retention;
import io.jobq.spi.Rule;
import io.jobq.spi.Rule.Target;
import io.jobq.spi.Settlement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Who waits for whom when a limit is reached, and who gets which part. */
abstract class LimitContract extends ConcurrencyContract {
    @Nested
    class SetAside {
        private List<JobId> aside(Target target, int count) {
            limit(target, Limit.concurrency(1));
            List<JobId> ids = insertLimited(1 + count);
            assertThat(ids(claim(10))).containsExactly(ids.get(0));
            return ids.subList(1, 1 + count);
        }

        @Test
        void othersAreNotHeldUp() {
            for (Target target : List.of(Target.TYPE, Target.TENANT, Target.KEY)) {
                reopen(Retention.DEFAULT);
                limit(target, Limit.concurrency(2));
                List<JobId> ids = insertLimited(5);
                NewJob other = job("other", "other", "other");
                insert(other);

                assertThat(ids(claim(3)))
                        .as("%s", target)
                        .containsExactlyInAnyOrder(ids.get(0), ids.get(1), other.id());
            }
        }

        @Test
        void theyAreReadyForWhoeverLooks() {
            for (Target target : List.of(Target.TYPE, Target.TENANT, Target.KEY)) {
                reopen(Retention.DEFAULT);
                List<JobId> aside = aside(target, 4);
                JobId low = insert(job(priority(new Priority(9)))).get(0);
                List<JobId> expected = new ArrayList<>(List.of(low));
                expected.addAll(aside);

                assertThat(listReady()).as("%s", target).isEqualTo(expected);
                assertThat(aside).allMatch(id -> state(id) == JobState.READY);
                assertThat(ready()).isEqualTo(5);
            }
        }

        @Test
        void theyCanBeCancelledAndDeleted() {
            for (Target target : List.of(Target.TYPE, Target.TENANT, Target.KEY)) {
                reopen(Retention.DEFAULT);
                List<JobId> aside = aside(target, 4);
                assertThat(act(aside.get(0), new JobAction.Cancel("no"))).isEqualTo(1);
                assertThat(act(aside.get(2), new JobAction.Delete())).isEqualTo(1);
                assertThat(listReady()).containsExactly(aside.get(1), aside.get(3));
                assertThat(ready()).isEqualTo(2);
                limit(target, Limit.concurrency(4));

                assertThat(ids(claim(10))).as("%s", target).containsExactly(aside.get(1), aside.get(3));
                assertThat(ready()).isZero();
            }
        }

        @Test
        void whenAllAreGoneNewOnesPass() {
            List<JobId> aside = aside(Target.TYPE, 3);
            limit(Target.TYPE, Limit.concurrency(2));
            aside.forEach(id -> act(id, new JobAction.Delete()));
            JobId newer = insert(1).get(0);

            assertThat(ids(claim(10))).containsExactly(newer);
        }

        @Test
        void newerJobsDoNotOvertakeThem() {
            for (Target target : TARGETS) {
                reopen(Retention.DEFAULT);
                limit(target, Limit.concurrency(1));
                List<JobId> ids = new ArrayList<>(insertLimited(4));
                List<JobId> order = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    ids.addAll(insertLimited(i % 2));
                    List<Claimed> next = claim(10);
                    order.addAll(ids(next));
                    assertThat(next).hasSize(1);
                    apply(succeeded(next.get(0)));
                }
                assertThat(order).as("%s", target).isEqualTo(ids);
            }
        }

        @Test
        void theyComeBackWhereTheTurnOfTheirTenantIs() {
            limit(Target.TENANT, Limit.concurrency(1));
            insertLimited(1);
            Claimed first = claimOne();
            List<JobId> ids = insertLimited(2);
            assertThat(claim(10)).isEmpty();
            List<JobId> plain = insert(3);
            JobId high = insert(job(priority(Priority.HIGH))).get(0);

            assertThat(ids(exchange(List.of(succeeded(first)), 3).claimed()))
                    .startsWith(high)
                    .containsExactlyInAnyOrder(high, ids.get(0), plain.get(0));
        }

        @Test
        void workPerExchangeIsBoundedAndGoesOnAtOnce() {
            rule(Target.TYPE, "paused", Limit.PAUSED);
            for (int i = 0; i < 20; i++) {
                insert(many(50, () -> jobOfType("paused")));
            }
            JobId behind = insert(1).get(0);
            int calls = 1;
            Exchange answer = exchange(List.of(), 10);
            while (answer.claimed().isEmpty()) {
                assertThat(answer.nextDue()).as("call %d", calls++).isEqualTo(Duration.ZERO);
                assertThat(calls).isLessThan(20);
                answer = exchange(List.of(), 10);
            }
            assertThat(calls).as("1,000 jobs at 260 each").isGreaterThanOrEqualTo(4);
            assertThat(ids(answer.claimed())).containsExactly(behind);
            assertThat(answer.nextDue()).isNull();
            assertThat(ready()).isEqualTo(1_000);
            assertThat(exchange(List.of(), 10).nextDue()).isNull();
        }

        @Test
        void allOfALongLineComeBack() {
            rule(Target.TYPE, TYPE, Limit.PAUSED);
            List<JobId> ids = insert(1_000);
            for (int i = 0; i < 20; i++) {
                claim(100);
            }
            rule(Target.TYPE, TYPE, Limit.NONE);
            List<JobId> claimed = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                claimed.addAll(ids(claim(100)));
            }
            assertThat(claimed).isEqualTo(ids);
        }
    }

    @Nested
    class SeveralRules {
        @Test
        void aRefusedJobTakesNothingFromTheOthers() {
            for (Target refusing : TARGETS) {
                for (Target other : TARGETS) {
                    if (other != refusing) {
                        reopen(Retention.DEFAULT);
                        limit(refusing, Limit.PAUSED);
                        limit(other, Limit.concurrency(1).withRate(new Rate(1, Duration.ofHours(1), 1)));
                        List<JobId> ids = insertLimited(3);
                        claim(10);
                        claim(10);
                        limit(refusing, Limit.NONE);
                        Exchange one = exchange(List.of(), 10);
                        assertThat(ids(one.claimed()))
                                .as("%s refused, %s", refusing, other)
                                .containsExactly(ids.get(0));
                    }
                }
            }
        }

        @Test
        void aJobMustSuitAllOfThem() {
            rule(Target.QUEUE, "", Limit.concurrency(5));
            rule(Target.TYPE, "a", Limit.concurrency(3));
            rule(Target.TENANT, "t", Limit.concurrency(2));
            rule(Target.KEY, "k", Limit.concurrency(1));
            List<JobId> ids = insert(
                    job("a", "t", "k"),
                    job("a", "t", "k"),
                    job("a", "t", null),
                    job("a", "t", null),
                    job("a", null, null),
                    job("a", null, null),
                    job("b", null, "k"),
                    job("b", null, null),
                    job("b", null, null));
            List<Claimed> all = new ArrayList<>(claim(20));
            assertThat(count(all, NewJob::type)).isEqualTo(Map.of("a", 3, "b", 2));
            List<JobId> order = new ArrayList<>(ids(all));
            while (order.size() < ids.size()) {
                apply(succeeded(all.remove(0)));
                List<Claimed> more = claim(20);
                assertThat(all.size() + more.size()).isLessThanOrEqualTo(5);
                all.addAll(more);
                order.addAll(ids(more));
            }
            assertThat(order).containsExactlyInAnyOrderElementsOf(ids);
        }

        @Test
        void waitingForOneIsLeftForWaitingForAnother() {
            rule(Target.TYPE, TYPE, Limit.concurrency(1));
            rule(Target.KEY, KEY, Limit.concurrency(1));
            Claimed ofType = claimedOf(job(TYPE, null, null));
            Claimed ofKey = claimedOf(job("other", null, KEY));
            JobId both = insert(job(TYPE, null, KEY)).get(0);
            assertThat(claim(10)).isEmpty();
            assertThat(exchange(List.of(succeeded(ofType)), 10).claimed()).isEmpty();
            Claimed typeAgain = claimedOf(job(TYPE, null, null));
            assertThat(exchange(List.of(succeeded(ofKey)), 10).claimed()).isEmpty();

            assertThat(ids(exchange(List.of(succeeded(typeAgain)), 10).claimed()))
                    .containsExactly(both);
        }

        @Test
        void whoComesBackFromOneDoesNotOvertakeAtAnother() {
            rule(Target.TENANT, TENANT, Limit.concurrency(1));
            insert(job("a", TENANT, null), job("a", TENANT, null), job("a", TENANT, null));
            List<Claimed> running = claim(10);
            assertThat(running).hasSize(1);
            apply(succeeded(running.get(0)));
            JobId first = high("b", TENANT);
            claimedOf(high("a", "other"));
            rule(Target.TYPE, "b", Limit.PAUSED);
            JobId second = high("b", TENANT);
            claimedOf(high("a", "other"));
            rule(Target.TYPE, "b", Limit.NONE);
            List<JobId> order = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Claimed next = claimOne();
                order.add(next.job().id());
                apply(succeeded(next));
            }

            assertThat(order).containsSubsequence(first, second);
        }

        @Test
        void anOverdueJobThatComesBackInTheSameCallIsClaimed() {
            Duration wait = Duration.ofMinutes(1);
            admin().rule(QUEUE, Rule.level(Priority.LOW, 0, wait));
            rule(Target.TYPE, "y", Limit.concurrency(2));
            rule(Target.TYPE, "z", Limit.concurrency(1));
            rule(Target.KEY, KEY, Limit.concurrency(1));
            insert(job("y", null, null), job("y", null, null), job("o", null, KEY));
            List<Settlement> done =
                    claim(10).stream().map(ContractFixtures::succeeded).toList();
            List<JobId> aside = insert(job("y", null, null), job("z", null, KEY));
            assertThat(claim(10)).isEmpty();
            JobOptions low = priority(Priority.LOW);
            JobId overdue = insert(new NewJob(JobId.next(), QUEUE, "y", payload("{}"), low))
                    .get(0);
            JobId other = insert(job("z", null, null)).get(0);
            pass(wait);

            assertThat(ids(exchange(done, 10).claimed())).containsExactlyInAnyOrder(other, aside.get(0), overdue);
        }

        private JobId high(String type, String tenant) {
            JobOptions options = priority(Priority.HIGH).withTenant(tenant);
            return insert(new NewJob(JobId.next(), QUEUE, type, payload("{}"), options))
                    .get(0);
        }

        private void claimedOf(JobId id) {
            assertThat(claimOne().job().id()).isEqualTo(id);
        }

        private Claimed claimedOf(NewJob job) {
            insert(job);
            Claimed claimed = claimOne();
            assertThat(claimed.job().id()).isEqualTo(job.id());
            return claimed;
        }
    }

    @Nested
    class Weights {
        private Map<String, Integer> shares(int claims) {
            for (String tenant : List.of("a", "b", "c")) {
                for (int i = 0; i < claims / 100; i++) {
                    insert(many(100, () -> job(of(tenant))));
                }
            }
            List<Claimed> claimed = new ArrayList<>();
            for (int i = 0; i < claims / 40; i++) {
                claimed.addAll(claim(40));
            }
            return count(claimed, job -> String.valueOf(job.options().tenant()));
        }

        private void assertThreeTwoOne(Map<String, Integer> shares) {
            assertThat(shares.get("a")).isBetween(570, 630);
            assertThat(shares.get("b")).isBetween(380, 420);
            assertThat(shares.get("c")).isBetween(190, 210);
        }

        @Test
        void divideALevel() {
            admin().rule(QUEUE, new Rule(Target.TENANT, "a", Limit.NONE, 3, null));
            admin().rule(QUEUE, new Rule(Target.TENANT, "b", Limit.NONE, 2, null));

            assertThreeTwoOne(shares(1_200));
        }

        @Test
        void areInheritedFromAClass() {
            rule(Target.TENANT, "none", Limit.concurrency(1));
            admin().rule(QUEUE, new Rule(Target.TENANT_CLASS, "big", Limit.NONE, 3, null));
            admin().rule(QUEUE, new Rule(Target.TENANT_CLASS, "", Limit.NONE, 1, null));
            admin().rule(QUEUE, new Rule(Target.TENANT, "a", Limit.concurrency(10_000), 0, "big"));
            admin().rule(QUEUE, new Rule(Target.TENANT, "b", Limit.NONE, 2, "big"));

            assertThreeTwoOne(shares(1_200));
        }
    }

    @Nested
    class AnyCalls {
        /** How long a limit may wait that has offered its room to jobs which another has refused. */
        private static final Duration SOON = Duration.ofMillis(32);

        private final List<Claimed> held = new ArrayList<>();

        @Test
        void neverRunMoreThanAllowedAndLeaveNothingBehind() {
            long first = Long.getLong("jobq.seed", new Random().nextInt(Integer.MAX_VALUE));
            for (long seed = first; seed < first + 10; seed++) {
                try {
                    reopen(Retention.DEFAULT);
                    held.clear();
                    run(new Random(seed));
                } catch (RuntimeException | AssertionError e) {
                    throw new AssertionError("repeat with -Djobq.seed=" + seed + ": " + e.getMessage(), e);
                }
            }
        }

        private void run(Random random) {
            if (random.nextBoolean()) {
                admin().rule(QUEUE, Rule.level(Priority.NORMAL, 0, Duration.ofMillis(1)));
            }
            rule(Target.QUEUE, "", Limit.concurrency(7));
            rule(Target.TYPE, "a", Limit.concurrency(3));
            rule(Target.TENANT_CLASS, "", Limit.concurrency(4));
            rule(Target.TENANT, "t1", Limit.concurrency(2));
            rule(Target.KEY, "", Limit.concurrency(1));
            Set<JobId> all = new HashSet<>();
            for (int step = 0; step < 120; step++) {
                switch (random.nextInt(8)) {
                    case 0, 1, 2 -> all.addAll(insert(anyJob(random), anyJob(random)));
                    case 3, 4, 5 -> exchangeAny(random);
                    case 6 -> actAny(random, all);
                    default -> loseAll(random);
                }
            }
            for (int i = 0; i < all.size() + 10 && (ready() > 0 || !held.isEmpty()); i++) {
                List<Settlement> done =
                        held.stream().map(ContractFixtures::succeeded).toList();
                held.clear();
                claimed(exchange(done, 20), 20);
                pass(SOON);
            }
            assertThat(all)
                    .allMatch(id ->
                            admin().find(id).map(job -> job.state().isFinal()).orElse(true));
        }

        private NewJob anyJob(Random random) {
            int tenant = random.nextInt(3);
            int key = random.nextInt(4);
            return job(
                    random.nextBoolean() ? "a" : "b", tenant == 0 ? null : "t" + tenant, key == 0 ? null : "k" + key);
        }

        private void exchangeAny(Random random) {
            List<Settlement> done = new ArrayList<>();
            while (!held.isEmpty() && random.nextInt(3) > 0) {
                Claimed job = held.remove(random.nextInt(held.size()));
                done.add(
                        switch (random.nextInt(5)) {
                            case 0 -> retry(job, Duration.ZERO);
                            case 1 -> release(job);
                            case 2 -> discard(job);
                            default -> succeeded(job);
                        });
            }
            int limit = random.nextInt(6);
            claimed(exchange(done, limit), limit);
        }

        private void claimed(Exchange exchange, int limit) {
            assertThat(exchange.settled()).allMatch(SettleResult.APPLIED::equals);
            held.addAll(exchange.claimed());
            assertThat(held).hasSizeLessThanOrEqualTo(7);
            assertThat(count(held, NewJob::type).getOrDefault("a", 0)).isLessThanOrEqualTo(3);
            Map<String, Integer> tenants =
                    count(held, job -> String.valueOf(job.options().tenant()));
            assertThat(tenants.getOrDefault("t1", 0)).isLessThanOrEqualTo(2);
            assertThat(tenants.getOrDefault("t2", 0)).isLessThanOrEqualTo(4);
            Map<String, Integer> keys =
                    count(held, job -> String.valueOf(job.options().limitKey()));
            assertThat(keys)
                    .allSatisfy(
                            (key, n) -> assertThat(key.equals("null") || n == 1).isTrue());
            Duration next = exchange.nextDue();
            if (exchange.claimed().size() < limit && (next == null || next.compareTo(SOON) > 0)) {
                assertNothingIsLeft();
            }
        }

        /** A worker that got less than it wanted, and was not told to ask again soon, left nothing that might run. */
        private void assertNothingIsLeft() {
            Map<String, Integer> types = count(held, NewJob::type);
            Map<String, Integer> tenants =
                    count(held, job -> String.valueOf(job.options().tenant()));
            Map<String, Integer> keys =
                    count(held, job -> String.valueOf(job.options().limitKey()));
            for (JobId id : held.size() < 7 ? listReady() : List.<JobId>of()) {
                NewJob job = find(id).job();
                String tenant = String.valueOf(job.options().tenant());
                String key = String.valueOf(job.options().limitKey());
                boolean mayRun = (job.type().equals("b") || types.getOrDefault("a", 0) < 3)
                        && (tenant.equals("null") || tenants.getOrDefault(tenant, 0) < (tenant.equals("t1") ? 2 : 4))
                        && (key.equals("null") || keys.getOrDefault(key, 0) < 1);
                assertThat(mayRun).as("%s may run beside %s", job, held).isFalse();
            }
        }

        private void actAny(Random random, Set<JobId> all) {
            if (!all.isEmpty()) {
                List<JobId> ids = all.stream().sorted().toList();
                JobId id = ids.get(random.nextInt(ids.size()));
                if (held.stream().noneMatch(each -> each.job().id().equals(id))) {
                    act(id, random.nextBoolean() ? new JobAction.Cancel("no") : new JobAction.Delete());
                }
            }
        }

        private void loseAll(Random random) {
            if (random.nextInt(4) == 0) {
                held.clear();
                pass(RUN_OUT);
                jobs().sweep(100);
            } else {
                pass(Duration.ofMillis(1));
            }
        }
    }
}
