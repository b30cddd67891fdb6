package io.jobq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.limits.Limits;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.MDC;

/** Interceptors, listeners, metrics and observations. */
@Timeout(30)
class ExtensionsTest {
    /** Writes down when it is passed. */
    private record Trail(String name, List<String> seen) implements JobInterceptor {
        @Override
        public List<JobHandle> aroundEnqueue(Queue queue, List<Job> jobs, Function<List<Job>, List<JobHandle>> next) {
            seen.add(name + " enqueues to " + queue.name());
            return next.apply(
                    jobs.stream().map(job -> job.header(name, "was here")).toList());
        }

        @Override
        public Outcome aroundPerform(JobContext job, Callable<Outcome> next) throws Exception {
            seen.add(name + " in");
            try {
                return next.call();
            } finally {
                seen.add(name + " out");
            }
        }
    }

    @Test
    void interceptorsStandInTheOrderGiven() {
        List<String> seen = new CopyOnWriteArrayList<>();
        try (JobQ jobq = JobQ.builder()
                .handle(
                        "x",
                        Void.class,
                        (n, job) -> seen.add("handler, headers " + job.headers().size()))
                .interceptor(new Trail("outer", seen))
                .interceptor(new Trail("inner", seen))
                .build()) {
            jobq.enqueue(Job.of("x"));
            jobq.workers().get(0).runPending();
        }
        assertThat(seen)
                .containsExactly(
                        "outer enqueues to default",
                        "inner enqueues to default",
                        "outer in",
                        "inner in",
                        "handler, headers 2",
                        "inner out",
                        "outer out");
    }

    @Test
    void builtInOnesStandOutsideInTheirDocumentedOrder() {
        TestObservationRegistry observations = TestObservationRegistry.create();
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        List<String> seen = new CopyOnWriteArrayList<>();
        JobInterceptor spy = new JobInterceptor() {
            @Override
            public Outcome aroundPerform(JobContext job, Callable<Outcome> next) throws Exception {
                seen.add("mdc " + MDC.get("jobq.type"));
                seen.add("observed " + (observations.getCurrentObservation() != null));
                seen.add("started "
                        + (int) meters.get("jobq.jobs.started").counter().count());
                return next.call();
            }
        };
        try (JobQ jobq = JobQ.builder()
                .handle("x", Void.class, (n, job) -> {})
                .observationRegistry(observations)
                .meterRegistry(meters)
                .interceptor(spy)
                .build()) {
            jobq.enqueue(Job.of("x"));
            jobq.workers().get(0).runPending();
        }
        // slf4j-simple keeps no MDC, hence null; AttemptEndsTest has one that does
        assertThat(seen).containsExactly("mdc null", "observed true", "started 1");
        TestObservationRegistryAssert.assertThat(observations)
                .hasNumberOfObservationsWithNameEqualTo("jobq.enqueue", 1)
                .hasNumberOfObservationsWithNameEqualTo("jobq.process", 1)
                .hasObservationWithNameEqualTo("jobq.process")
                .that()
                .hasBeenStopped()
                .hasLowCardinalityKeyValue("jobq.type", "x")
                .hasLowCardinalityKeyValue("messaging.destination.name", "default");
    }

    @Test
    void anInterceptorMayReplaceTheOutcomeOrRefuseAnEnqueue() {
        JobInterceptor guard = new JobInterceptor() {
            @Override
            public List<JobHandle> aroundEnqueue(
                    Queue queue, List<Job> jobs, Function<List<Job>, List<JobHandle>> next) {
                if (queue.name().equals("closed")) {
                    throw new JobQException("no");
                }
                return next.apply(jobs);
            }

            @Override
            public Outcome aroundPerform(JobContext job, Callable<Outcome> next) {
                return Outcome.succeed("from the interceptor");
            }
        };
        try (JobQ jobq = JobQ.builder()
                .handle("x", Void.class, (n, job) -> {
                    throw new AssertionError("must not run");
                })
                .interceptor(guard)
                .start()) {
            assertThat(jobq.enqueue(Job.of("x")).result(String.class).join()).isEqualTo("from the interceptor");
            assertThatThrownBy(() -> jobq.queue("closed").enqueue("x", 1)).hasMessage("no");
        }
    }

    @Test
    void metricsTellDepthAgeSlotsAndCalls() {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        try (JobQ jobq = JobQ.builder()
                .handle("x", Void.class, (n, job) -> {})
                .meterRegistry(meters)
                .worker(WorkerOptions.DEFAULT.withConcurrency(3).withQueues(java.util.Map.of("served", 1)))
                .build()) {
            jobq.queue("unserved").enqueue("x", 1);
            jobq.queue("served").enqueue("unknown type", 1);
            jobq.start();
            Awaitility.await().ignoreExceptions().untilAsserted(() -> {
                assertThat(meters.get("jobq.queue.depth")
                                .tags("queue", "unserved", "state", "ready")
                                .gauge()
                                .value())
                        .isEqualTo(1);
                assertThat(meters.get("jobq.jobs.parked")
                                .tags("queue", "served", "type", "other")
                                .counter()
                                .count())
                        .isEqualTo(1);
            });
            assertThat(meters.get("jobq.queue.oldest.ready.age")
                            .tags("queue", "unserved")
                            .gauge()
                            .value())
                    .isGreaterThanOrEqualTo(0);
            assertThat(meters.get("jobq.worker.slots.total").gauge().value()).isEqualTo(3);
            assertThat(meters.get("jobq.worker.slots.wanted").gauge().value()).isEqualTo(3);
            assertThat(meters.get("jobq.storage.calls")
                            .tags("call", "exchange", "outcome", "ok")
                            .timer()
                            .count())
                    .isPositive();
        }
        assertThat(meters.find("jobq.worker.slots.total").gauge()).isNull();
    }

    @Test
    void metricsTellWhatRulesHoldBack() {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        try (JobQ jobq = JobQ.builder()
                .handle("x", Void.class, (n, job) -> {})
                .meterRegistry(meters)
                .build()) {
            Limits.of(jobq, "default")
                    .pauseTenant("acme")
                    .pauseTenant("umbrella")
                    .pauseType("y");
            jobq.queue("default")
                    .enqueueAll(List.of(
                            Job.of("x").tenant("acme"),
                            Job.of("x").tenant("acme"),
                            Job.of("x").tenant("umbrella")));
            jobq.start();
            Awaitility.await().ignoreExceptions().untilAsserted(() -> {
                assertThat(meters.get("jobq.queue.held")
                                .tags("queue", "default", "by", "tenant")
                                .gauge()
                                .value())
                        .isEqualTo(3);
                assertThat(meters.get("jobq.queue.rules.holding")
                                .tags("queue", "default")
                                .gauge()
                                .value())
                        .isEqualTo(2);
            });
            assertThat(meters.get("jobq.queue.held").gauges()).hasSize(4);
        }
    }

    @Test
    void anOpenCircuitPutsJobsOffWithoutCountingAnAttempt() {
        var config = io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.custom()
                .slidingWindowSize(2)
                .minimumNumberOfCalls(2)
                .waitDurationInOpenState(Duration.ofMillis(100))
                .build();
        List<Integer> attempts = new CopyOnWriteArrayList<>();
        try (JobQ jobq = JobQ.builder()
                .handle("call", Void.class, (n, job) -> {
                    attempts.add(job.attempt());
                    if (attempts.size() <= 2) {
                        throw new java.io.IOException("down");
                    }
                })
                .retry(RetryPolicy.fixed(Duration.ofMillis(1)).maxAttempts(3))
                .interceptor(new io.jobq.resilience.CircuitBreakerInterceptor(config, Duration.ofMillis(30)))
                .start()) {
            jobq.enqueue(Job.of("call")).result(Void.class).join();
        }
        assertThat(attempts).containsExactly(1, 2, 3);
    }
}
