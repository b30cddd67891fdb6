package io.jobq.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.jobq.Job;
import io.jobq.JobQ;
import io.jobq.JobState;
import io.jobq.WorkerOptions;
import io.jobq.memory.InMemoryStorage;
import io.jobq.spi.JobFilter;
import io.jobq.spi.Rule;
import io.jobq.spi.Rule.Target;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LimitsTest {
    private static final String QUEUE = "default";

    private final InMemoryStorage storage = new InMemoryStorage();
    private final Limits limits = Limits.of(storage, QUEUE);

    @AfterEach
    void close() {
        storage.close();
    }

    private static Rule rule(Target target, String name, Limit limit) {
        return new Rule(target, name, limit, 0, null);
    }

    @Nested
    class WhatIsSet {
        @Test
        void isStoredAsRules() {
            Limit limit = Limit.rate(Rate.perMinute(100));
            limits.queue(limit).type("t", limit).tenant("a", limit).tenantClass("pro", limit);
            limits.eachTenant(limit)
                    .key("k", limit)
                    .eachKey(limit)
                    .assign("a", "pro")
                    .weight("a", 3);
            limits.classWeight("pro", 2).assign("b", "pro");

            assertThat(limits.rules())
                    .containsExactly(
                            rule(Target.QUEUE, "", limit),
                            rule(Target.TYPE, "t", limit),
                            new Rule(Target.TENANT, "a", limit, 3, "pro"),
                            new Rule(Target.TENANT, "b", Limit.NONE, 0, "pro"),
                            rule(Target.TENANT_CLASS, "", limit),
                            new Rule(Target.TENANT_CLASS, "pro", limit, 2, null),
                            rule(Target.KEY, "", limit),
                            rule(Target.KEY, "k", limit));
        }

        @Test
        void isTakenBackPartByPart() {
            limits.tenant("a", Limit.concurrency(1)).weight("a", 3).assign("a", "pro");
            limits.tenant("a", Limit.NONE);
            assertThat(limits.rules()).containsExactly(new Rule(Target.TENANT, "a", Limit.NONE, 3, "pro"));
            limits.weight("a", 0).assign("a", null);

            assertThat(limits.rules()).isEmpty();
        }

        @Test
        void mustHaveAName() {
            assertThatThrownBy(() -> limits.type(" ", Limit.NONE)).hasMessageContaining("type must not be blank");
            assertThatThrownBy(() -> limits.tenant("", Limit.NONE)).hasMessageContaining("give the name");
            assertThatThrownBy(() -> limits.assign("a", "")).hasMessageContaining("tenant class must not be blank");
            assertThatThrownBy(() -> limits.weight("a", 1_001)).hasMessageContaining("1 to 1,000");
            assertThatThrownBy(() -> Limits.of(storage, "")).hasMessageContaining("queue must not be blank");
        }
    }

    @Nested
    class Pauses {
        @Test
        void endUnderTheLimitThatWasThere() {
            Limit limit = Limit.concurrency(5).withRate(Rate.perHour(7));
            limits.type("t", limit).tenant("a", limit).assign("a", "pro");
            List<Rule> before = limits.rules();
            limits.pauseType("t").pauseType("t").pauseTenant("a");
            assertThat(limits.rules())
                    .allMatch(Rule::paused)
                    .extracting(Rule::limit)
                    .containsOnly(limit);
            limits.resumeType("t").resumeTenant("a");

            assertThat(limits.rules()).isEqualTo(before);
        }

        @Test
        void leaveNothingWhereNothingWas() {
            limits.pauseType("t").pauseTenant("a");
            assertThat(limits.rules()).hasSize(2).extracting(Rule::limitNow).containsOnly(Limit.PAUSED);
            limits.resumeType("t").resumeTenant("a").resumeTenant("never paused");

            assertThat(limits.rules()).isEmpty();
        }

        @Test
        void holdWhateverIsSetMeanwhile() {
            limits.type("t", Limit.concurrency(5)).pauseType("t").type("t", Limit.concurrency(2));
            limits.pauseTenant("a").tenant("a", Limit.NONE).weight("a", 3).assign("a", "pro");
            assertThat(limits.rules()).hasSize(2).allMatch(Rule::paused);
            limits.resumeType("t").resumeTenant("a");

            assertThat(limits.rules())
                    .containsExactly(
                            rule(Target.TYPE, "t", Limit.concurrency(2)),
                            new Rule(Target.TENANT, "a", Limit.NONE, 3, "pro"));
        }

        @Test
        void areNotLimitsOfNothing() {
            limits.type("t", Limit.PAUSED).resumeType("t");

            assertThat(limits.rules()).containsExactly(rule(Target.TYPE, "t", Limit.PAUSED));
        }
    }

    @Nested
    class UnderAWorker {
        private final Map<String, AtomicInteger> running = new ConcurrentHashMap<>();
        private final Map<String, AtomicInteger> most = new ConcurrentHashMap<>();
        private final CountDownLatch go = new CountDownLatch(1);

        private JobQ start(int workers) {
            JobQ.Builder builder = JobQ.builder().storage(storage).handle("t", String.class, (name, job) -> {
                int now =
                        running.computeIfAbsent(name, n -> new AtomicInteger()).incrementAndGet();
                most.computeIfAbsent(name, n -> new AtomicInteger()).accumulateAndGet(now, Math::max);
                go.await();
                running.get(name).decrementAndGet();
            });
            for (int i = 0; i < workers; i++) {
                builder.worker(WorkerOptions.DEFAULT.withConcurrency(8));
            }
            return builder.start();
        }

        private long count(JobState state) {
            return storage.admin().stats().queues().get(QUEUE).count(state);
        }

        @Test
        void neverMoreRunAtOnceThanAllowed() {
            limits.key("three", Limit.concurrency(3)).eachKey(Limit.concurrency(1));
            try (JobQ jobq = start(2)) {
                for (int i = 0; i < 50; i++) {
                    jobq.enqueue(Job.of("t", "three").limitKey("three"));
                    jobq.enqueue(Job.of("t", "one").limitKey("one"));
                    jobq.enqueue(Job.of("t", "any"));
                }
                await().until(() -> count(JobState.RUNNING) == 16);
                // claimed jobs count as running before their handlers begin
                await().untilAsserted(() -> {
                    assertThat(running.get("three")).hasValue(3);
                    assertThat(running.get("one")).hasValue(1);
                    assertThat(running.get("any")).hasValue(12);
                });
                go.countDown();
                await().until(() -> count(JobState.SUCCEEDED) == 150);
            }
            assertThat(most.get("three").get()).isLessThanOrEqualTo(3);
            assertThat(most.get("one").get()).isEqualTo(1);
        }

        @Test
        void startsAreSpread() {
            go.countDown();
            limits.type("t", Limit.rate(new Rate(1, Duration.ofMillis(40), 2)));
            try (JobQ jobq = start(1)) {
                for (int i = 0; i < 10; i++) {
                    jobq.enqueue(Job.of("t", "any"));
                }
                await().until(() -> count(JobState.SUCCEEDED) == 10);
            }
            List<Long> starts = storage.admin().list(JobFilter.ALL, null, 100).jobs().stream()
                    .map(job -> job.times().started().toEpochMilli())
                    .sorted()
                    .toList();
            for (int i = 2; i < starts.size(); i++) {
                assertThat(starts.get(i) - starts.get(i - 2))
                        .as("start %d of %s", i, starts)
                        .isGreaterThanOrEqualTo(40);
            }
        }

        @Test
        void aPauseHoldsUntilItsEnd() {
            ConcurrentLinkedQueue<String> order = new ConcurrentLinkedQueue<>();
            limits.pauseType("held");
            try (JobQ jobq = JobQ.builder()
                    .storage(storage)
                    .handle("held", String.class, (name, job) -> order.add(name))
                    .handle("free", String.class, (name, job) -> order.add(name))
                    .worker(WorkerOptions.DEFAULT.withConcurrency(1))
                    .start()) {
                jobq.enqueue(Job.of("held", "first"));
                jobq.enqueue(Job.of("held", "second"));
                jobq.enqueue(Job.of("free", "other"));
                await().until(() -> count(JobState.SUCCEEDED) == 1);
                assertThat(count(JobState.READY)).isEqualTo(2);
                limits.resumeType("held");
                await().until(() -> count(JobState.SUCCEEDED) == 3);
            }
            assertThat(order).containsExactly("other", "first", "second");
        }
    }
}
