package io.jobq.system;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.jobq.Job;
import io.jobq.JobContext;
import io.jobq.JobFailedException;
import io.jobq.JobHandle;
import io.jobq.JobHandler;
import io.jobq.JobQ;
import io.jobq.JobQException;
import io.jobq.WorkerInfo;
import io.jobq.WorkerOptions;
import io.jobq.limits.Limits;
import io.jobq.scheduler.Scheduler;
import io.jobq.spi.Rule;
import io.jobq.spi.StorageException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class JobQSystemTest {
    private static final String FILE = """
            jobq:
              queues:
                critical: {weight: 100, workers: 20}
                default: {weight: 50, workers: 10}
                bulk: {weight: 10, workers: 5}
              worker: {shared: 2, shutdown-timeout: 1s, interrupt-grace: 1s}
              retry: {backoff: fixed, base: 0s}
              metrics: {port: 0}
              types:
                greet: {queue: critical}
                fail: {max-attempts: 2}
            """;
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*(?:\\{[^}]*})?) (\\S+)");

    private record Greeting(String name) {}

    private static final class Handlers {
        final AtomicInteger failures = new AtomicInteger();

        @JobHandler("greet")
        String greet(Greeting greeting, JobContext job) {
            return job.queue() + ": hello " + greeting.name();
        }

        @JobHandler(value = "fail", queue = "bulk", maxAttempts = 9)
        void fail() {
            failures.incrementAndGet();
            throw new IllegalStateException("as told");
        }
    }

    @TempDir
    Path dir;

    private static HttpResponse<String> get(int port, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** Every line that is no comment, as {@code name{tags}} and value. */
    private static Map<String, Double> metrics(JobQSystem system) throws Exception {
        String text = get(system.port().getAsInt(), "/metrics").body();
        assertThat(text.lines())
                .allMatch(line -> line.startsWith("# ") || SAMPLE.matcher(line).matches());
        return SAMPLE.matcher(text)
                .results()
                .filter(line ->
                        !line.group(1).startsWith("HELP") && !line.group(1).startsWith("TYPE"))
                .collect(Collectors.toMap(line -> line.group(1), line -> number(line.group(2)), (a, b) -> b));
    }

    private static double number(String text) {
        return text.matches("[+-]?[0-9.eE+-]+") ? Double.parseDouble(text) : Double.NaN;
    }

    private static SystemConfig withPort() {
        return SystemConfig.DEFAULT.withMetrics(MetricsConfig.on(0));
    }

    @Test
    void schedulesOfTheFileFireAndAPauseIsTheOperatorsBusiness() throws Exception {
        String file = """
                jobq:
                  queues: {default: {}, bulk: {}}
                  metrics: {port: 0}
                  scheduler:
                    instance: here
                    schedules:
                      beat: {every: 1s, type: greet, payload: {name: Ada}, queue: bulk, overlap: allow}
                      later: {every: 1s, type: greet, payload: {name: Bob}, paused: true}
                """;
        SystemConfig config = SystemConfig.load(Files.writeString(dir.resolve("jobq.yaml"), file), Map.of());
        BlockingQueue<String> greeted = new LinkedBlockingQueue<>();
        try (JobQSystem system = JobQSystem.start(
                config,
                builder -> builder.handle(
                        "greet",
                        Greeting.class,
                        (greeting, job) -> greeted.add(job.queue() + " " + greeting.name())))) {
            assertThat(greeted.poll(20, SECONDS)).isEqualTo("bulk Ada");
            Scheduler scheduler = system.scheduler().orElseThrow();
            assertThat(scheduler.isLeader()).isTrue();
            assertThat(scheduler.find("later").orElseThrow().pausedSince()).isNotNull();
            scheduler.pause("beat");
            scheduler.resume("later");
            await().until(() -> "default Bob".equals(greeted.poll(20, SECONDS)));
            assertThat(metrics(system)).containsEntry("jobq_scheduler_leader", 1.0);
        }
    }

    @Test
    void aFileBecomesASystemThatWorksAndIsMeasured() throws Exception {
        SystemConfig config = SystemConfig.load(Files.writeString(dir.resolve("jobq.yaml"), FILE), Map.of());
        Handlers handlers = new Handlers();
        try (JobQSystem system = JobQSystem.start(config, handlers)) {
            JobQ jobq = system.jobq();
            JobHandle greeting = jobq.enqueue(Job.of("greet", new Greeting("Ada")));
            assertThat(greeting.result(String.class).get(30, SECONDS)).isEqualTo("critical: hello Ada");
            JobHandle failing = jobq.enqueue(Job.of("fail"));
            assertThatThrownBy(() -> failing.result(Void.class).get(30, SECONDS))
                    .hasCauseInstanceOf(JobFailedException.class);
            assertThat(handlers.failures).hasValue(2);

            await().untilAsserted(() -> assertThat(metrics(system))
                    .containsEntry("jobq_jobs_succeeded_total{queue=\"critical\",type=\"greet\"}", 1.0)
                    .containsEntry("jobq_jobs_started_total{queue=\"bulk\",type=\"fail\"}", 2.0)
                    .containsEntry("jobq_jobs_dead_total{queue=\"bulk\",type=\"fail\"}", 1.0));
            assertThat(slots(system))
                    .containsOnly(
                            Map.entry("critical", 20), Map.entry("default", 10),
                            Map.entry("bulk", 5), Map.entry("shared", 2));
            double total = metrics(system).entrySet().stream()
                    .filter(each -> each.getKey().startsWith("jobq_worker_slots{"))
                    .mapToDouble(Map.Entry::getValue)
                    .sum();
            assertThat(total).isEqualTo(37);
        }
    }

    private static Map<String, Integer> slots(JobQSystem system) {
        return system.jobq().health().workers().stream()
                .collect(Collectors.toMap(
                        WorkerInfo::name, worker -> worker.slots().total()));
    }

    @Test
    void healthFollowsTheSystemAndThePortIsFreedAtTheEnd() throws Exception {
        JobQSystem system = JobQSystem.start(withPort(), new Handlers());
        int port = system.port().getAsInt();
        HttpResponse<String> up = get(port, "/health");
        assertThat(up.statusCode()).isEqualTo(200);
        assertThat(up.body()).contains("\"status\":\"up\"", "\"name\":\"shared\"", "\"total\":10");
        system.jobq().close();
        HttpResponse<String> down = get(port, "/health");
        assertThat(down.statusCode()).isEqualTo(503);
        assertThat(down.body()).contains("\"status\":\"down\"", "\"problems\":[\"closed\"]");
        system.close();
        system.close();
        assertThatThrownBy(() -> get(port, "/health")).isInstanceOf(IOException.class);
    }

    @Test
    void metricsCanBeReadWhileItCloses() throws Exception {
        CompletableFuture<Void> go = new CompletableFuture<>();
        CompletableFuture<Void> running = new CompletableFuture<>();
        JobQSystem system = JobQSystem.start(
                withPort(),
                builder -> builder.handle("wait", Void.class, (none, job) -> {
                    running.complete(null);
                    go.get(60, SECONDS);
                }));
        system.jobq().enqueue(Job.of("wait"));
        running.get(30, SECONDS);
        CompletableFuture<Void> closed = CompletableFuture.runAsync(system::close);
        int port = system.port().getAsInt();
        await().untilAsserted(
                        () -> assertThat(get(port, "/health").statusCode()).isEqualTo(503));
        assertThat(closed).isNotDone();
        assertThat(metrics(system)).containsKey("jobq_jobs_started_total{queue=\"default\",type=\"wait\"}");
        go.complete(null);
        closed.get(30, SECONDS);
    }

    @Test
    void withoutAPortThereIsNoEndpointAndNothingIsMeasured() {
        try (JobQSystem system = JobQSystem.start(SystemConfig.DEFAULT, new Handlers())) {
            assertThat(system.port()).isEmpty();
            assertThat(system.meters()).isEmpty();
            assertThat(system.config()).isSameAs(SystemConfig.DEFAULT);
        }
    }

    @Test
    void metersOfOthersAreShownToo() throws Exception {
        try (JobQSystem system = JobQSystem.start(withPort())) {
            system.meters().orElseThrow().counter("mine").increment();
            assertThat(metrics(system)).containsEntry("mine_total", 1.0);
        }
    }

    @Test
    void whatIsConfiguredIsStrongerThanAnnotationsAndWeakerThanCode() throws Exception {
        SystemConfig config = SystemConfig.DEFAULT
                .withType("greet", TypeConfig.DEFAULT.withQueue("one"))
                .withType("fail", TypeConfig.DEFAULT.withQueue("two").withMaxAttempts(1));
        Handlers handlers = new Handlers();
        try (JobQSystem system = JobQSystem.start(
                config, builder -> builder.handlers(handlers).type("greet", options -> options.withQueue("code")))) {
            JobHandle greeting = system.jobq().enqueue(Job.of("greet", new Greeting("Ada")));
            assertThat(greeting.result(String.class).get(30, SECONDS)).isEqualTo("code: hello Ada");
            JobHandle failing = system.jobq().enqueue(Job.of("fail"));
            assertThatThrownBy(() -> failing.result(Void.class).get(30, SECONDS))
                    .hasMessageContaining("gave up after 1 attempt");
        }
    }

    @Test
    void timeLimitsAreThoseOfTheTypeElseOfTheSystem() throws Exception {
        SystemConfig config = SystemConfig.DEFAULT
                .withTimeout(Duration.ofMillis(1))
                .withRetry(RetryConfig.DEFAULT.withMaxAttempts(1))
                .withType("long", TypeConfig.DEFAULT.withTimeout(Duration.ofMinutes(1)));
        CompletableFuture<Void> never = new CompletableFuture<>();
        try (JobQSystem system = JobQSystem.start(
                config,
                builder -> builder.handle("short", Void.class, (none, job) -> never.get())
                        .compute("long", Void.class, (none, job) -> "done"))) {
            JobHandle cut = system.jobq().enqueue(Job.of("short"));
            assertThatThrownBy(() -> cut.result(Void.class).get(30, SECONDS))
                    .hasCauseInstanceOf(JobFailedException.class);
            assertThat(system.jobq()
                            .enqueue(Job.of("long"))
                            .result(String.class)
                            .get(30, SECONDS))
                    .isEqualTo("done");
        }
    }

    @Test
    void effectsHappenOnceForTypesThatAreIdempotent() throws Exception {
        SystemConfig config =
                SystemConfig.DEFAULT.withType("once", TypeConfig.DEFAULT.withIdempotency(Duration.ofHours(1)));
        AtomicInteger once = new AtomicInteger();
        AtomicInteger always = new AtomicInteger();
        try (JobQSystem system = JobQSystem.start(
                config,
                builder -> builder.compute("once", Void.class, (none, job) -> once.incrementAndGet())
                        .compute("always", Void.class, (none, job) -> always.incrementAndGet()))) {
            for (int i = 0; i < 2; i++) {
                assertThat(run(system, Job.of("once").idempotencyKey("k"))).isEqualTo(1);
                assertThat(run(system, Job.of("always").idempotencyKey("k"))).isEqualTo(i + 1);
            }
        }
    }

    private static int run(JobQSystem system, Job job) throws Exception {
        return system.jobq().enqueue(job).result(Integer.class).get(30, SECONDS);
    }

    @Test
    void aProcessMayOnlyEnqueue() {
        SystemConfig config = SystemConfig.DEFAULT.withWorker(WorkerConfig.DEFAULT.withEnabled(false));
        SystemConfig elsewhere = SystemConfig.DEFAULT
                .withWorker(WorkerConfig.DEFAULT.withShared(0))
                .withQueue("default", QueueConfig.of(1, 0))
                .withQueue("bulk", QueueConfig.of(1, 0));
        Stream.of(config, elsewhere).forEach(each -> {
            try (JobQSystem system = JobQSystem.start(each, new Handlers())) {
                assertThat(system.jobq().workers()).isEmpty();
                assertThat(system.jobq().enqueue(Job.of("fail")).id()).isNotNull();
            }
        });
    }

    @Test
    void optionsOfWorkersHoldForAllOfThem() {
        SystemConfig config = SystemConfig.DEFAULT
                .withWorker(WorkerConfig.DEFAULT.withOptions(WorkerOptions.DEFAULT
                        .withLeaseTime(Duration.ofSeconds(7))
                        .withMaxLosses(1)))
                .withQueue("a", QueueConfig.of(3, 4))
                .withQueue("b", QueueConfig.of(5, 0));
        assertThat(new Assembly(config).workers()).hasSize(1);
        assertThat(new Assembly(config.withWorker(config.worker().withShared(2))).workers())
                .hasSize(2)
                .allSatisfy(each -> assertThat(each.leaseTime()).isEqualTo(Duration.ofSeconds(7)))
                .allSatisfy(each -> assertThat(each.maxLosses()).isEqualTo(1))
                .extracting(each -> each.name() + each.concurrency() + each.queues())
                .containsExactly("a4{a=3}", "shared2{a=3, b=5}");
    }

    @Test
    void sharedSlotsServeQueuesInOrder() {
        WorkerConfig strict = WorkerConfig.DEFAULT.withShared(2).withQueueOrder(WorkerConfig.QueueOrder.STRICT);
        SystemConfig config = SystemConfig.DEFAULT
                .withWorker(strict)
                .withQueue("z", QueueConfig.of(1, 0))
                .withQueue("a", QueueConfig.of(1, 3));
        assertThat(new Assembly(config).workers())
                .extracting(each -> each.name() + each.queues().keySet() + each.queuesInOrder())
                .containsExactly("a[a]false", "shared[z, a]true");
        assertThatThrownBy(() -> JobQSystem.start(config.withQueue("a", QueueConfig.of(2, 3))))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageStartingWith("jobq.queues.a.weight: is not for jobq.worker.queue-order strict");
    }

    @Test
    void prioritiesAreStoredWhenTheyAreGiven() {
        SystemConfig config = SystemConfig.DEFAULT
                .withQueue("strict", QueueConfig.of(1, 1).withPriorities(QueueConfig.Priorities.STRICT))
                .withQueue("weighted", QueueConfig.of(1, 1).withPriorities(QueueConfig.Priorities.WEIGHTED))
                .withQueue("as stored", QueueConfig.of(1, 1));
        try (JobQSystem system = JobQSystem.start(config)) {
            JobQ jobq = system.jobq();
            assertThat(Limits.of(jobq, "weighted").rules())
                    .extracting(Rule::weight)
                    .containsExactly(100, 50, 20, 5);
            assertThat(Limits.of(jobq, "strict").rules()).isEmpty();
            assertThat(Limits.of(jobq, "as stored").rules()).isEmpty();
        }
    }

    @Test
    void aQueueThatIsNotServedIsRefusedAlsoFromCode() {
        SystemConfig config = SystemConfig.DEFAULT
                .withQueue("critical", QueueConfig.of(1, 1))
                .withType("mail", TypeConfig.DEFAULT.withQueue("crtical"));
        assertThatThrownBy(() -> JobQSystem.start(config))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessage("jobq.types.mail.queue: 'crtical' is not among jobq.queues; allowed: critical; if other"
                        + " processes serve it, list it with 'workers: 0'");
    }

    @Test
    void aPortThatIsTakenLeavesNothingRunning() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            SystemConfig config = SystemConfig.DEFAULT.withMetrics(MetricsConfig.on(taken.getLocalPort()));
            assertThatThrownBy(() -> JobQSystem.start(config, new Handlers()))
                    .isInstanceOf(JobQException.class)
                    .hasMessageContaining("cannot open the metrics port " + taken.getLocalPort());
            assertThat(Thread.getAllStackTraces().keySet())
                    .noneMatch(each -> each.getName().startsWith("jobq-fetcher"));
        }
    }

    @Test
    void whatCodeThrowsIsPassedOn() {
        assertThatThrownBy(() -> JobQSystem.start(withPort(), builder -> {
                    throw new IllegalStateException("mine");
                }))
                .hasMessage("mine");
    }

    @Test
    void jobsAndEffectsAreKeptInRedis() throws Exception {
        try (TestRedis redis = TestRedis.start()) {
            SystemConfig config = SystemConfig.from(Map.of(
                    "jobq.storage.type", "redis",
                    "jobq.storage.uri", redis.uri,
                    "jobq.storage.prefix", redis.prefix,
                    "jobq.types.once.idempotency", "true",
                    "jobq.metrics.port", "0"));
            AtomicInteger runs = new AtomicInteger();
            for (int i = 0; i < 2; i++) { // the second system finds what the first has done
                try (JobQSystem system = JobQSystem.start(
                        config,
                        builder -> builder.compute("once", Void.class, (none, job) -> runs.incrementAndGet()))) {
                    assertThat(run(system, Job.of("once").idempotencyKey("k"))).isEqualTo(1);
                    assertThat(get(system.port().getAsInt(), "/health").statusCode())
                            .isEqualTo(200);
                }
            }
            JobQSystem closed = JobQSystem.start(config);
            closed.close();
            assertThatThrownBy(() -> closed.jobq().storage().admin().stats()).isInstanceOf(StorageException.class);
        }
    }

    @Test
    void aRedisThatIsAwayIsNamedWithoutItsPassword() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        SystemConfig config =
                SystemConfig.DEFAULT.withStorage(StorageConfig.redis("redis://:secret@127.0.0.1:" + port));
        assertThatThrownBy(() -> JobQSystem.start(config))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("127.0.0.1:" + port)
                .satisfies(away -> assertThat(Objects.toString(away)).doesNotContain("secret"));
    }
}
