package io.jobq.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.WorkerOptions;
import io.jobq.redis.RedisOptions;
import io.jobq.scheduler.Cron;
import io.jobq.scheduler.DstPolicy;
import io.jobq.scheduler.ExcludedDates;
import io.jobq.scheduler.Interval;
import io.jobq.scheduler.Misfire;
import io.jobq.scheduler.Once;
import io.jobq.scheduler.Overlap;
import io.jobq.scheduler.Timetable;
import io.jobq.spi.Retention;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemConfigTest {
    /** Every key once, none with its default but the order of queues, which may be strict only without weights. */
    private static final String EVERYTHING = """
            jobq:
              timeout: PT1M30S
              storage:
                type: redis
                uri: redis://ada:secret@localhost:6379/2
                prefix: shop
                timeout: 2s
                replicas: 1
                outage-buffer: 500
                partitions:
                  bulk: 8
                  web.mail: 2
                retention: {succeeded: 10, succeeded-age: 1h, dead: 20, dead-age: 7d}
              queues:
                critical: {weight: 100, workers: 20, priorities: strict}
                bulk: {weight: 10, workers: 0, priorities: weighted}
                web.mail: {workers: 10}
              worker:
                enabled: false
                shared: 3
                queue-order: weighted
                lease-time: 10s
                shutdown-timeout: 500ms
                interrupt-grace: 0s
                max-losses: 5
                fallback-poll: 1s
              retry: {max-attempts: 4, backoff: exponential, base: 2s, factor: 1.5, max: 1m, jitter: full}
              scheduler:
                enabled: true
                lease: 15s
                instance: one
                schedules:
                  nightly:
                    cron: 0 30 2 ? * MON
                    dialect: quartz
                    zone: Europe/Berlin
                    dst-gap: skip
                    dst-overlap: twice
                    start: 2026-01-01
                    end: 2026-12-31T23:59:30
                    except: [2026-12-25, 2026-12-26]
                    type: report
                    payload:
                      pages: [1, 2.5, true, null, "3", x]
                    queue: bulk
                    misfire: catch_up:5
                    misfire-grace: 30s
                    misfire-deadline: 36h
                    overlap: queue_one
                    jitter: 5m
                    paused: true
                  tick: {every: 10s, anchor: "2026-01-01T00:00:05Z", type: tick}
                  move: {at: "2026-07-01T02:30", zone: Europe/Berlin, type: move}
              metrics: {enabled: true, port: 0, address: "::1"}
              types:
                report: {queue: bulk, timeout: 2h, max-attempts: 1}
                mail.send: {idempotency: true, idempotency-retention: 7d}
            """;

    private static final String EVERYTHING_AS_PROPERTIES = """
            # the same
            jobq.timeout=90s
            jobq.storage.type=redis
            jobq.storage.uri=redis://ada:secret@localhost:6379/2
            jobq.storage.prefix : shop
            jobq.storage.timeout 2000ms
            jobq.storage.replicas=1
            jobq.storage.outage-buffer=500
            jobq.storage.partitions.bulk=8
            jobq.storage.partitions.web.mail=2
            jobq.storage.retention.succeeded=10
            jobq.storage.retention.succeeded-age=60m
            jobq.storage.retention.dead=20
            jobq.storage.retention.dead-age=7d
            jobq.queues.critical.weight=100
            jobq.queues.critical.workers=20
            jobq.queues.critical.priorities=strict
            jobq.queues.bulk.weight=10
            jobq.queues.bulk.workers=0
            jobq.queues.bulk.priorities=weighted
            jobq.queues.web.mail.workers=10
            jobq.worker.enabled=false
            jobq.worker.shared=3
            jobq.worker.queue-order=weighted
            jobq.worker.lease-time=10s
            jobq.worker.shutdown-timeout=500ms
            jobq.worker.interrupt-grace=0s
            jobq.worker.max-losses=5
            jobq.worker.fallback-poll=1s
            jobq.retry.max-attempts=4
            jobq.retry.backoff=exponential
            jobq.retry.base=2s
            jobq.retry.factor=1.5
            jobq.retry.max=1m
            jobq.retry.jitter=full
            jobq.scheduler.enabled=true
            jobq.scheduler.lease=15s
            jobq.scheduler.instance=one
            jobq.scheduler.schedules.nightly.cron=0 30 2 ? * MON
            jobq.scheduler.schedules.nightly.dialect=quartz
            jobq.scheduler.schedules.nightly.zone=Europe/Berlin
            jobq.scheduler.schedules.nightly.dst-gap=skip
            jobq.scheduler.schedules.nightly.dst-overlap=twice
            jobq.scheduler.schedules.nightly.start=2026-01-01T00:00+01:00
            jobq.scheduler.schedules.nightly.end=2026-12-31T23:59:30
            jobq.scheduler.schedules.nightly.except=2026-12-26,2026-12-25
            jobq.scheduler.schedules.nightly.type=report
            jobq.scheduler.schedules.nightly.payload={"pages": \\
                [1, 2.5, true, null, "3", "x"]}
            jobq.scheduler.schedules.nightly.queue=bulk
            jobq.scheduler.schedules.nightly.misfire=catch_up:5
            jobq.scheduler.schedules.nightly.misfire-grace=30s
            jobq.scheduler.schedules.nightly.misfire-deadline=36h
            jobq.scheduler.schedules.nightly.overlap=queue_one
            jobq.scheduler.schedules.nightly.jitter=5m
            jobq.scheduler.schedules.nightly.paused=true
            jobq.scheduler.schedules.tick.every=10s
            jobq.scheduler.schedules.tick.anchor=2026-01-01T01:00:05+01:00
            jobq.scheduler.schedules.tick.type=tick
            jobq.scheduler.schedules.move.at=2026-07-01T02:30:00
            jobq.scheduler.schedules.move.zone=Europe/Berlin
            jobq.scheduler.schedules.move.type=move
            jobq.metrics.enabled=true
            jobq.metrics.port=0
            jobq.metrics.address=::1
            jobq.types.report.queue=bulk
            jobq.types.report.timeout=2h
            jobq.types.report.max-attempts=1
            jobq.types.mail.send.idempotency=true
            jobq.types.mail.send.idempotency-retention=7d
            """;

    private static SystemConfig everythingInCode() {
        RedisOptions redis = RedisOptions.of("redis://ada:secret@localhost:6379/2")
                .withPrefix("shop")
                .withTimeout(Duration.ofSeconds(2))
                .withReplicas(1)
                .withOutageBuffer(500)
                .withPartitions("bulk", 8)
                .withPartitions("web.mail", 2)
                .withRetention(new Retention(10, Duration.ofHours(1), 20, Duration.ofDays(7)));
        return SystemConfig.DEFAULT
                .withTimeout(Duration.ofSeconds(90))
                .withStorage(new StorageConfig.Redis(redis))
                .withQueue("critical", QueueConfig.of(100, 20).withPriorities(QueueConfig.Priorities.STRICT))
                .withQueue("bulk", QueueConfig.of(10, 0).withPriorities(QueueConfig.Priorities.WEIGHTED))
                .withQueue("web.mail", QueueConfig.of(1, 10))
                .withWorker(workerInCode())
                .withRetry(new RetryConfig(
                        4,
                        RetryConfig.Backoff.EXPONENTIAL,
                        Duration.ofSeconds(2),
                        1.5,
                        Duration.ofMinutes(1),
                        RetryConfig.FULL_JITTER))
                .withScheduler(schedulerInCode())
                .withMetrics(MetricsConfig.on(0).withAddress("::1"))
                .withType(
                        "report",
                        TypeConfig.DEFAULT
                                .withQueue("bulk")
                                .withTimeout(Duration.ofHours(2))
                                .withMaxAttempts(1))
                .withType("mail.send", TypeConfig.DEFAULT.withIdempotency(Duration.ofDays(7)));
    }

    private static WorkerConfig workerInCode() {
        return WorkerConfig.DEFAULT
                .withEnabled(false)
                .withShared(3)
                .withOptions(WorkerOptions.DEFAULT
                        .withLeaseTime(Duration.ofSeconds(10))
                        .withShutdownTimeout(Duration.ofMillis(500))
                        .withInterruptGrace(Duration.ZERO)
                        .withMaxLosses(5)
                        .withFallbackPoll(Duration.ofSeconds(1)));
    }

    private static SchedulerConfig schedulerInCode() {
        ZoneId berlin = ZoneId.of("Europe/Berlin");
        Timetable nightly = Timetable.of(Cron.quartz("0 30 2 ? * MON", berlin)
                        .dst(new DstPolicy(DstPolicy.Gap.SKIP, DstPolicy.Overlap.TWICE)))
                .from(Instant.parse("2025-12-31T23:00:00Z"))
                .until(Instant.parse("2026-12-31T22:59:30Z"))
                .except(ExcludedDates.of(LocalDate.of(2026, 12, 25), LocalDate.of(2026, 12, 26)))
                .jitter(Duration.ofMinutes(5));
        Timetable tick = Timetable.of(
                Interval.every(Duration.ofSeconds(10), Instant.parse("2026-01-01T00:00:05Z"), ZoneId.of("UTC")));
        Timetable move = Timetable.of(new Once(Instant.parse("2026-07-01T00:30:00Z"), berlin));
        return new SchedulerConfig(true, Duration.ofSeconds(15), "one", Map.of())
                .withSchedule(
                        "nightly",
                        new ScheduleConfig(
                                nightly,
                                "report",
                                "{\"pages\":[1,2.5,true,null,\"3\",\"x\"]}",
                                "bulk",
                                Misfire.catchUp(5).grace(Duration.ofSeconds(30)).within(Duration.ofHours(36)),
                                Overlap.QUEUE_ONE,
                                true))
                .withSchedule("tick", ScheduleConfig.of(tick, "tick"))
                .withSchedule("move", ScheduleConfig.of(move, "move"));
    }

    @TempDir
    Path dir;

    private Path file(String name, String text) throws IOException {
        return Files.writeString(dir.resolve(name), text);
    }

    @Test
    void bothFormsAndCodeGiveTheSame() throws IOException {
        SystemConfig yaml = SystemConfig.load(file("jobq.yaml", EVERYTHING), Map.of());
        SystemConfig properties = SystemConfig.load(file("jobq.properties", EVERYTHING_AS_PROPERTIES), Map.of());
        assertThat(yaml).isEqualTo(everythingInCode());
        assertThat(properties).isEqualTo(everythingInCode());
        assertThat(yaml.queues().keySet()).containsExactly("critical", "bulk", "web.mail");
    }

    @Test
    void everyKeyIsInThisTest() {
        assertThat(Keys.all())
                .allSatisfy(key -> assertThat(EVERYTHING_AS_PROPERTIES.lines())
                        .as(key.pattern())
                        .anyMatch(line -> key.nameIn(line.replaceAll("[ =].*", "")) != null));
    }

    @Test
    void queuesMayBeServedInTheOrderOfTheFile() throws IOException {
        String yaml = "jobq: {queues: {b: {}, a: {workers: 2}, c: {}}, worker: {shared: 1, queue-order: strict}}";
        SystemConfig config = SystemConfig.load(file("a.yaml", yaml), Map.of());
        assertThat(config.worker().queueOrder()).isEqualTo(WorkerConfig.QueueOrder.STRICT);
        assertThat(config.queues().keySet()).containsExactly("b", "a", "c");
        String properties = """
                jobq.worker.shared=1
                jobq.worker.queue-order=strict
                jobq.queues.b.workers=10
                jobq.queues.a.workers=2
                jobq.queues.c=
                jobq.queues.b.weight=1
                """;
        SystemConfig same = SystemConfig.load(file("a.properties", properties), Map.of());
        assertThat(same).isEqualTo(config);
        assertThat(same.queues().keySet()).containsExactly("b", "a", "c");
    }

    @Test
    void nothingGivesTheDefaults() throws IOException {
        assertThat(SystemConfig.from(Map.of())).isEqualTo(SystemConfig.DEFAULT);
        assertThat(SystemConfig.load(file("a.yml", "jobq: {storage: {type: memory}}"), Map.of()))
                .isEqualTo(SystemConfig.DEFAULT);
        assertThat(RetryConfig.DEFAULT.policy().maxAttempts()).isEqualTo(io.jobq.RetryPolicy.DEFAULT.maxAttempts());
    }

    @Test
    void aFileThatHoldsNoSettingIsRefused() throws IOException {
        String why =
                ": holds no setting, so everything would have its default, and jobs would live in memory; if that is"
                        + " meant, say jobq.storage.type: memory";
        for (String empty : new String[] {"", "\n\n", "# nothing\njobq:\n  metrics:\n", "jobq: {}"}) {
            assertThatThrownBy(() -> SystemConfig.load(file("a.yml", empty), Map.of()))
                    .hasMessage("a.yml" + why);
        }
        Path properties = file("c.properties", "\n! nothing\n");
        assertThatThrownBy(() -> SystemConfig.load(properties, Map.of())).hasMessage("c.properties" + why);
        assertThat(SystemConfig.load(properties, Map.of("JOBQ_TIMEOUT", "30m"))).isEqualTo(SystemConfig.DEFAULT);
        assertThat(SystemConfig.load(file("d.properties", "jobq.queues.a=\n"), Map.of())
                        .queues())
                .containsOnlyKeys("a");
    }

    @Test
    void whatIsListedEmptyHasDefaults() throws IOException {
        SystemConfig yaml = SystemConfig.load(file("a.yaml", "jobq: {queues: {bulk: }, types: {a: {}}}"), Map.of());
        SystemConfig map = SystemConfig.from(Map.of("jobq.queues.bulk", "", "jobq.types.a", ""));
        SystemConfig code =
                SystemConfig.DEFAULT.withQueue("bulk", QueueConfig.of(1, 10)).withType("a", TypeConfig.DEFAULT);
        assertThat(yaml).isEqualTo(map).isEqualTo(code);
    }

    @Test
    void theEnvironmentIsStronger() throws IOException {
        Path file = file("jobq.yaml", """
                jobq:
                  metrics: {port: not yet}
                  queues: {high-prio: {workers: 3}}
                """);
        SystemConfig config = SystemConfig.load(
                file,
                Map.of(
                        "JOBQ_METRICS_PORT", "1234",
                        "JOBQ_QUEUES_HIGH_PRIO_WORKERS", "7",
                        "JOBQ_STORAGE_RETENTION_SUCCEEDED_AGE", "5m",
                        "JOBQ_TEST_REDIS_URI", "is for others"));
        assertThat(config.metrics()).isEqualTo(MetricsConfig.on(1234));
        assertThat(config.queues()).containsExactly(Map.entry("high-prio", QueueConfig.of(1, 7)));
        assertThat(((StorageConfig.Memory) config.storage()).retention().succeededAge())
                .isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void aPortOpensTheEndpointUnlessToldNotTo() {
        assertThat(SystemConfig.from(Map.of("jobq.metrics.port", "1")).metrics())
                .isEqualTo(MetricsConfig.on(1));
        assertThat(SystemConfig.from(Map.of("jobq.metrics.enabled", "true")).metrics())
                .isEqualTo(MetricsConfig.on(9464));
        assertThat(SystemConfig.from(Map.of("jobq.metrics.enabled", "false", "jobq.metrics.port", "1"))
                        .metrics()
                        .enabled())
                .isFalse();
    }

    @Test
    void passwordsAreNotShown() {
        assertThat(everythingInCode().toString()).contains("localhost:6379").doesNotContain("secret");
    }

    @Test
    void propertiesAreReadAsJavaReadsThem() throws IOException {
        String text = "jobq.scheduler.instance = caf\\u00e9 \\\n   \\\\ au lait\\\\\njobq.timeout=1m\n";
        SystemConfig config = SystemConfig.load(file("a.properties", text), Map.of());
        assertThat(config.scheduler().instance()).isEqualTo("café \\ au lait\\");
        assertThat(config.timeout()).isEqualTo(Duration.ofMinutes(1));
        Path utf8 = file("b.properties", "jobq.scheduler.instance=Grüße\r\n#jobq.a=1\\\r\njobq.timeout=2m\r\n");
        assertThat(SystemConfig.load(utf8, Map.of()).scheduler().instance()).isEqualTo("Grüße");
        assertThat(SystemConfig.load(utf8, Map.of()).timeout()).isEqualTo(Duration.ofMinutes(2));
    }

    @Test
    void yamlMayUseAnchors() throws IOException {
        SystemConfig config = SystemConfig.load(
                file("a.yaml", "jobq:\n  queues:\n    a: &usual {weight: 3, workers: 2}\n    b: *usual\n"), Map.of());
        assertThat(config.queues()).containsEntry("a", QueueConfig.of(3, 2)).containsEntry("b", QueueConfig.of(3, 2));
    }

    @Test
    void filesThatCantBeReadAreNamed() throws IOException {
        Path none = dir.resolve("none.yaml");
        assertThatThrownBy(() -> SystemConfig.load(none))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessage(none + ": there is no such file");
        assertThatThrownBy(() -> SystemConfig.load(file("jobq.toml", "")))
                .hasMessage(dir.resolve("jobq.toml") + ": must end in .properties, .yaml or .yml");
        Path latin = Files.write(dir.resolve("latin.yaml"), "jobq: é".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> SystemConfig.load(latin)).hasMessage(latin + ": is not UTF-8");
        assertThatThrownBy(() -> SystemConfig.load(Files.createDirectory(dir.resolve("d.yaml"))))
                .hasMessageStartingWith(dir.resolve("d.yaml") + ": can't be read: ");
    }
}
