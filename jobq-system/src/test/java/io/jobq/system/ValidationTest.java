package io.jobq.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValidationTest {
    @TempDir
    Path dir;

    private static List<String> problems(Map<String, String> settings) {
        InvalidConfigException wrong =
                catchThrowableOfType(InvalidConfigException.class, () -> SystemConfig.from(settings));
        assertThat(wrong).as("nothing is wrong with " + settings).isNotNull();
        return wrong.problems();
    }

    private List<String> problems(String name, String text, Map<String, String> environment) throws IOException {
        Path file = Files.writeString(dir.resolve(name), text);
        InvalidConfigException wrong =
                catchThrowableOfType(InvalidConfigException.class, () -> SystemConfig.load(file, environment));
        assertThat(wrong).as("nothing is wrong with " + text).isNotNull();
        return wrong.problems();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            jobq.storage.type                  | mysql    | 'mysql' is none of the words; allowed: memory, redis
            jobq.storage.retention.dead        | -1       | '-1' is out of range; allowed: 0 to 2147483647
            jobq.storage.retention.dead-age    | 3w       | '3w' is not a duration; allowed: 0s to 36500d, as 500ms, 30s, 5m, 2h, 7d or PT1M30S
            jobq.storage.retention.dead-age    | 36501d   | '36501d' is out of range; allowed: 0s to 36500d, as 500ms, 30s, 5m, 2h, 7d or PT1M30S
            jobq.storage.retention.dead-age    | 999999999999999999d | '999999999999999999d' is out of range; allowed: 0s to 36500d, as 500ms, 30s, 5m, 2h, 7d or PT1M30S
            jobq.queues.critical.weight        | abc      | 'abc' is not a whole number; allowed: 1 to 1000
            jobq.queues.critical.weight        | 0        | '0' is out of range; allowed: 1 to 1000
            jobq.queues.critical.weight        | 1.5      | '1.5' is not a whole number; allowed: 1 to 1000
            jobq.queues.critical.weight        | ``       | '' is not a whole number; allowed: 1 to 1000
            jobq.queues.critical.workers       | 99999999999999999999 | '99999999999999999999' is out of range; allowed: 0 to 10000
            jobq.queues.critical.priorities    | STRICT   | 'STRICT' is none of the words; allowed: strict, weighted
            jobq.worker.enabled                | yes      | 'yes' is neither true nor false; allowed: true or false
            jobq.worker.shared                 | ten      | 'ten' is not a whole number; allowed: 0 to 10000
            jobq.worker.queue-order            | fair     | 'fair' is none of the words; allowed: weighted, strict
            jobq.worker.queue-order            | strict   | is strict, but there are no jobq.queues whose order it could be
            jobq.worker.lease-time             | 10       | '10' is not a duration; allowed: 1s to 1d, as 500ms, 30s, 5m, 2h, 7d or PT1M30S
            jobq.worker.lease-time             | 999ms    | '999ms' is out of range; allowed: 1s to 1d, as 500ms, 30s, 5m, 2h, 7d or PT1M30S
            jobq.worker.shutdown-timeout       | -PT1S    | '-PT1S' is out of range; allowed: 0s to 1d, as 500ms, 30s, 5m, 2h, 7d or PT1M30S
            jobq.worker.max-losses             | 0        | '0' is out of range; allowed: 1 to 1000
            jobq.timeout                       | 0s       | '0s' is out of range; allowed: 1ms to 365d, as 500ms, 30s, 5m, 2h, 7d or PT1M30S
            jobq.retry.backoff                 | random   | 'random' is none of the words; allowed: exponential, linear, fixed
            jobq.retry.factor                  | 0.5      | '0.5' is out of range; allowed: 1 to 100
            jobq.retry.factor                  | two      | 'two' is not a number; allowed: 1 to 100
            jobq.retry.jitter                  | NaN      | 'NaN' is not a number; allowed: 0 to 1, or full
            jobq.retry.jitter                  | 1.1      | '1.1' is out of range; allowed: 0 to 1, or full
            jobq.retry.max                     | 1s       | max must not be below base, 5 s, but is 1 s
            jobq.scheduler.lease               | 2h       | '2h' is out of range; allowed: 1s to 1h, as 500ms, 30s, 5m, 2h, 7d or PT1M30S
            jobq.scheduler.instance            | a{b}     | 'a{b}' is not a name; allowed: 1 to 200 characters without braces and control characters
            jobq.metrics.port                  | 65536    | '65536' is out of range; allowed: 0 to 65535
            jobq.types.mail.queue              | a{       | 'a{' is not a name; allowed: 1 to 200 characters without braces and control characters
            jobq.types.mail.timeout            | soon     | 'soon' is not a duration; allowed: 1ms to 365d, as 500ms, 30s, 5m, 2h, 7d or PT1M30S
            jobq.types.mail.max-attempts       | 0        | '0' is out of range; allowed: 1 to 1000
            jobq.types.mail.idempotency        | 1        | '1' is neither true nor false; allowed: true or false
            jobq.types.mail.idempotency-retention | 1d    | is given, but jobq.types.mail.idempotency is not true
            jobq.metrics.address               | 0.0.0.0  | is given, but jobq.metrics.port is not, so nothing listens there
            jobq.types.a{.timeout              | 1s       | 'a{' is not a name; allowed: 1 to 200 characters without braces and control characters
            """)
    void aValueThatIsWrongIsExplained(String key, String value, String message) {
        assertThat(problems(Map.of(key, value == null ? "" : value))).containsExactly(key + ": " + message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            prefix        | a{b}           | 'a{b}' does not fit; allowed: a text without braces
            timeout       | 0s             | '0s' is out of range; allowed: 1ms to 1h, as 500ms, 30s, 5m, 2h, 7d or PT1M30S
            replicas      | -1             | '-1' is out of range; allowed: 0 to 100
            outage-buffer | lots           | 'lots' is not a whole number; allowed: 0 to 10000000
            partitions.a  | 0              | '0' is out of range; allowed: 1 to 1024
            uri           | localhost:6379 | 'localhost:6379' is not the address of a Redis; allowed: redis://host:6379, rediss://…, redis-sentinel://host,host#primary, redis-cluster://host,host
            uri           | redis-sentinel://a,b | 'redis-sentinel://a,b' is not the address of a Redis; allowed: redis://host:6379, rediss://…, redis-sentinel://host,host#primary, redis-cluster://host,host
            """)
    void whatIsWrongWithRedisIsExplained(String key, String value, String message) {
        Map<String, String> settings =
                new LinkedHashMap<>(Map.of("jobq.storage.type", "redis", "jobq.storage.uri", "redis://localhost"));
        settings.put("jobq.storage." + key, value);
        assertThat(problems(settings)).containsExactly("jobq.storage." + key + ": " + message);
    }

    @Test
    void redisNeedsAnAddressAndMemoryTakesNone() {
        assertThat(problems(Map.of("jobq.storage.type", "redis")))
                .singleElement()
                .asString()
                .startsWith("jobq.storage.uri: is missing, but jobq.storage.type is redis; allowed: redis://host:6379");
        assertThat(problems(Map.of("jobq.storage.uri", "redis://localhost", "jobq.storage.partitions.a", "2")))
                .containsExactly(
                        "jobq.storage.uri: is only for Redis, but jobq.storage.type is memory",
                        "jobq.storage.partitions.a: is only for Redis, but jobq.storage.type is memory");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            cron     | 61 * * * *   | cron
            dialect  | linux        | 'linux' is none of the words; allowed: unix, quartz, spring
            zone     | Berlin       | 'Berlin' is not a time zone that this JVM knows; allowed: UTC, Europe/Berlin, +02:00 …
            payload  | {a           | '{a' is not JSON; allowed: one JSON value
            payload  | 1 2          | '1 2' is not JSON; allowed: one JSON value
            queue    | }            | '}' is not a name; allowed: 1 to 200 characters without braces and control characters
            misfire  | catch_up     | 'catch_up' is none of the words; allowed: skip, run_once, catch_up:N with N from 1 to 1000
            misfire  | catch_up:0   | 'catch_up:0' is out of range; allowed: skip, run_once, catch_up:N with N from 1 to 1000
            overlap  | never        | 'never' is none of the words; allowed: allow, skip, queue_one, replace
            jitter   | 2d           | '2d' is out of range; allowed: 0s to 1d, as 500ms, 30s, 5m, 2h, 7d or PT1M30S
            paused   | no           | 'no' is neither true nor false; allowed: true or false
            every    | 1h           | give exactly one of this, jobq.scheduler.schedules.nightly.every and jobq.scheduler.schedules.nightly.at
            at       | 2026-07-01   | give exactly one of this
            dst-gap  | run          | 'run' is none of the words; allowed: skip, run_after
            dst-overlap | never     | 'never' is none of the words; allowed: once, twice
            start    | tomorrow     | 'tomorrow' is not a time; allowed: 2026-12-24T18:00:00Z, or a local time or date: 2026-12-24T18:00, 2026-12-24
            start    | 2026-02-30   | '2026-02-30' is not a time
            end      | 0000-01-01   | end must be in the years 1 to 9999
            except   | 2026-12-25, xmas | '2026-12-25, xmas' is not a list of dates; allowed: dates with commas between them
            anchor   | 2026-01-01   | is only for jobq.scheduler.schedules.nightly.every
            misfire-grace | 2h      | '2h' is out of range; allowed: 1s to 1h
            misfire-deadline | 0s   | '0s' is out of range; allowed: 1ms to 36500d
            """)
    void whatIsWrongWithAScheduleIsExplained(String key, String value, String message) {
        String schedule = "jobq.scheduler.schedules.nightly.";
        Map<String, String> settings =
                new LinkedHashMap<>(Map.of(schedule + "type", "report", schedule + "cron", "@daily"));
        settings.put(schedule + key, value);
        String place = key.equals("every") || key.equals("at") ? "cron" : key;
        assertThat(problems(settings))
                .singleElement()
                .asString()
                .startsWith(schedule + place + ": ")
                .contains(message);
    }

    @Test
    void anAddressMustBeOne() {
        assertThat(problems(Map.of("jobq.metrics.port", "0", "jobq.metrics.address", "a b")))
                .containsExactly("jobq.metrics.address: 'a b' does not fit; allowed: a host's name or IP address");
    }

    @Test
    void whatWouldBeIgnoredIsReported() {
        assertThat(problems(Map.of("jobq.retry.backoff", "linear", "jobq.retry.factor", "3")))
                .containsExactly("jobq.retry.factor: is only for jobq.retry.backoff exponential");
        assertThat(problems(Map.of("jobq.retry.backoff", "fixed", "jobq.retry.max", "1h")))
                .singleElement()
                .asString()
                .startsWith("jobq.retry.max: is not for jobq.retry.backoff fixed");
        String schedule = "jobq.scheduler.schedules.a.";
        assertThat(problems(Map.of(schedule + "type", "t", schedule + "every", "1h", schedule + "dialect", "quartz")))
                .containsExactly(schedule + "dialect: is only for " + schedule + "cron");
        assertThat(problems(Map.of(schedule + "type", "t", schedule + "every", "24h", schedule + "zone", "Asia/Tokyo")))
                .containsExactly(
                        schedule + "zone: means nothing here: an interval is counted in UTC, unless a local time or"
                                + " date is given");
        assertThat(problems(
                        Map.of(schedule + "type", "t", schedule + "at", "2026-07-01", schedule + "dst-gap", "skip")))
                .containsExactly(schedule + "dst-gap: is only for " + schedule + "cron");
        Map<String, String> skipping = new LinkedHashMap<>(Map.of(schedule + "type", "t", schedule + "every", "1h"));
        skipping.put(schedule + "misfire", "skip");
        skipping.put(schedule + "misfire-deadline", "2h");
        assertThat(problems(skipping))
                .containsExactly(schedule + "misfire-deadline: is given, but no missed tick runs anyway with "
                        + schedule + "misfire skip");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            at    | 2026-03-29T02:30 | 2026-03-29T02:30 does not exist in Europe/Berlin, where the clocks change; write it with its offset
            start | 2026-10-25T02:30 | 2026-10-25T02:30 occurs twice in Europe/Berlin, where the clocks change; write it with its offset
            """)
    void aLocalTimeMustBeOneInstant(String key, String time, String message) {
        String schedule = "jobq.scheduler.schedules.a.";
        Map<String, String> settings = new LinkedHashMap<>(Map.of(schedule + "type", "t"));
        settings.put(schedule + "zone", "Europe/Berlin");
        settings.put(schedule + (key.equals("at") ? "at" : "every"), key.equals("at") ? time : "1h");
        settings.put(schedule + key, time);
        assertThat(problems(settings)).containsExactly(schedule + key + ": " + message);
    }

    @Test
    void aScheduleThatNeverTicksIsRefused() {
        String schedule = "jobq.scheduler.schedules.a.";
        assertThat(problems(Map.of(
                        schedule + "type",
                        "t",
                        schedule + "at",
                        "2026-07-01T12:00",
                        schedule + "except",
                        "2026-07-01")))
                .containsExactly(
                        "jobq.scheduler.schedules.a: never ticks: its start, end and excluded dates leave nothing");
        assertThat(problems(Map.of(
                        schedule + "type",
                        "t",
                        schedule + "every",
                        "1h",
                        schedule + "start",
                        "2026-07-01",
                        schedule + "end",
                        "2026-06-01")))
                .singleElement()
                .asString()
                .startsWith(schedule + "end: start must be before end");
    }

    @Test
    void weightsAreNotForQueuesInStrictOrder() throws IOException {
        String yaml = """
                jobq:
                  queues:
                    a: {weight: 3}
                    b: {}
                  worker: {shared: 2, queue-order: strict}
                """;
        assertThat(problems("jobq.yaml", yaml, Map.of()))
                .containsExactly(
                        "jobq.yaml:3: jobq.queues.a.weight: is not for jobq.worker.queue-order strict: the order is"
                                + " that in which queues are listed");
    }

    @Test
    void aScheduleNeedsATypeAndATrigger() {
        assertThat(problems(Map.of("jobq.scheduler.schedules.a.every", "500ms")))
                .containsExactly(
                        "jobq.scheduler.schedules.a.type: is missing; it says what jobs the schedule enqueues",
                        "jobq.scheduler.schedules.a.every: '500ms' is out of range; allowed: 1s to 36500d, as 500ms, 30s,"
                                + " 5m, 2h, 7d or PT1M30S");
        assertThat(problems(Map.of("jobq.scheduler.schedules.a", "")))
                .contains(
                        "jobq.scheduler.schedules.a.cron: give exactly one of this, jobq.scheduler.schedules.a.every and"
                                + " jobq.scheduler.schedules.a.at");
        assertThat(problems(Map.of("jobq.scheduler.schedules.a.cron", "* * *", "jobq.scheduler.schedules.a.type", "t")))
                .singleElement()
                .asString()
                .startsWith("jobq.scheduler.schedules.a.cron: ")
                .contains("'* * *'");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            jobq.metrics.prot               | did you mean 'jobq.metrics.port'?
            metrics.port                    | did you mean 'jobq.metrics.port'?
            jobq.metric.port                | did you mean 'jobq.metrics.port'?
            JOBQ.METRICS.PORT               | keys begin with jobq.storage, jobq.queues, jobq.worker, jobq.timeout, jobq.retry, jobq.scheduler, jobq.metrics, jobq.types
            jobq.queues.critical.wieght     | did you mean 'jobq.queues.critical.weight'?
            jobq.queue.my.mail.weight       | did you mean 'jobq.queues.my.mail.weight'?
            jobq.types.send_email.maxAttempts | did you mean 'jobq.types.send_email.max-attempts'?
            jobq.worker.leaseTime           | did you mean 'jobq.worker.lease-time'?
            jobq.scheduler.schedules.a.cronn | did you mean 'jobq.scheduler.schedules.a.cron'?
            jobq.queues                     | keys begin with jobq.storage, jobq.queues, jobq.worker, jobq.timeout, jobq.retry, jobq.scheduler, jobq.metrics, jobq.types
            server.port                     | keys begin with jobq.storage, jobq.queues, jobq.worker, jobq.timeout, jobq.retry, jobq.scheduler, jobq.metrics, jobq.types
            """)
    void aKeyThatNobodyKnowsIsRefusedWithTheNearestOne(String key, String advice) {
        assertThat(problems(Map.of(key, "1"))).containsExactly(key + ": is not a known key; " + advice);
    }

    @Test
    void anEmptyKeyThatNobodyKnowsIsRefusedToo() {
        assertThat(problems(Map.of("jobq.metrix", "", "jobq.queues.a.wieght", "")))
                .hasSize(2);
    }

    @Test
    void distancesAreLevenshteins() {
        assertThat(NearestKey.distance("kitten", "sitting")).isEqualTo(3);
        assertThat(NearestKey.distance("", "abc")).isEqualTo(3);
        assertThat(NearestKey.distance("same", "same")).isZero();
    }

    @Test
    void everythingThatIsWrongIsToldAtOnceWithItsLine() throws IOException {
        String yaml = """
                jobq:
                  metrics:
                    prot: 9464
                  queues:
                    critical:
                      weight: abc
                      workers: -1
                  types:
                    mail: {queue: crtical}
                  storage: {uri: 'redis://u:secret@h', type: memory}
                  worker: [1, 2]
                """;
        assertThat(problems("jobq.yaml", yaml, Map.of("JOBQ_TIMEOUT", "never")))
                .containsExactly(
                        "environment variable JOBQ_TIMEOUT: jobq.timeout: 'never' is not a duration; allowed: 1ms to 365d,"
                                + " as 500ms, 30s, 5m, 2h, 7d or PT1M30S",
                        "jobq.yaml:3: jobq.metrics.prot: is not a known key; did you mean 'jobq.metrics.port'?",
                        "jobq.yaml:6: jobq.queues.critical.weight: 'abc' is not a whole number; allowed: 1 to 1000",
                        "jobq.yaml:7: jobq.queues.critical.workers: '-1' is out of range; allowed: 0 to 10000",
                        "jobq.yaml:9: jobq.types.mail.queue: 'crtical' is not among jobq.queues; allowed: critical; if other"
                                + " processes serve it, list it with 'workers: 0'",
                        "jobq.yaml:10: jobq.storage.uri: is only for Redis, but jobq.storage.type is memory",
                        "jobq.yaml:11: jobq.worker: a list can't stand here");
    }

    @Test
    void theMessageHoldsAllOfThem() {
        Map<String, String> two = new LinkedHashMap<>();
        two.put("jobq.a", "1");
        two.put("jobq.metrics.port", "x");
        InvalidConfigException wrong = catchThrowableOfType(InvalidConfigException.class, () -> SystemConfig.from(two));
        assertThat(wrong).hasMessageStartingWith("2 problems in the configuration:\n  jobq.a: is not a known key;");
        assertThat(wrong.getMessage().lines()).hasSize(3);
    }

    @Test
    void propertiesHaveLinesToo() throws IOException {
        String text =
                "# c\n\njobq.timeout=\\\n  1m\njobq.metrics.port=x\njobq.metrics.port=y\njobq.worker.shared=\\u00zz\n";
        assertThat(problems("a.properties", text, Map.of()))
                .containsExactly(
                        "a.properties:5: jobq.metrics.port: 'x' is not a whole number; allowed: 0 to 65535",
                        "a.properties:6: jobq.metrics.port: is given twice, first in line 5",
                        "a.properties:7: an escape is not \\u and four hexadecimal digits");
    }

    @Test
    void whatIsMissingIsMissingInTheFile() throws IOException {
        assertThat(problems("a.properties", "jobq.storage.type=redis\n", Map.of()))
                .singleElement()
                .asString()
                .startsWith("a.properties: jobq.storage.uri: is missing");
    }

    @Test
    void yamlNamesWhatIsGivenTwice() throws IOException {
        assertThat(problems("a.yaml", "jobq:\n  timeout: 1m\n  timeout: 2m\n", Map.of()))
                .containsExactly("a.yaml:3: jobq.timeout: is given twice, first in line 2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jobq: {a: 1",
                "jobq:\n\ttimeout: 1m",
                "jobq: *nowhere",
                "- a\n- b",
                "text",
                "a: 1\n---\nb: 2",
                "jobq: {[a, b]: 1}",
                "jobq: \u0001",
                "jobq: &a {b: *a}",
                "jobq: {scheduler: {schedules: {a: {type: t, every: 1h, payload: {x: .inf}}}}}",
                "jobq: {scheduler: {schedules: {a: {type: t, every: 1h, payload: &p [*p]}}}}"
            })
    void whatIsNoUsableYamlIsRefused(String text) throws IOException {
        assertThat(problems("a.yaml", text, Map.of()))
                .allSatisfy(each -> assertThat(each).startsWith("a.yaml").doesNotContain("Exception:"));
    }

    @Test
    void aliasesDoNotBlowUp() throws IOException {
        StringBuilder bomb = new StringBuilder("a0: &a0 {x: 1}\n");
        for (int i = 1; i < 12; i++) {
            String alias = "*a" + (i - 1);
            bomb.append("a" + i + ": &a" + i + " {" + "b: " + alias + ", c: " + alias + ", d: " + alias + ", e: "
                    + alias + "}\n");
        }
        assertThat(problems("a.yaml", bomb.toString(), Map.of()))
                .anySatisfy(each -> assertThat(each).endsWith("is too large or too deep"));
        bomb.append("z: [" + "*a0, ".repeat(60) + "]\n");
        assertThat(problems("a.yaml", bomb.toString(), Map.of()))
                .singleElement()
                .asString()
                .startsWith("a.yaml: is not usable YAML: Number of aliases");
    }

    @Test
    void passwordsAreNotInMessages() throws IOException {
        for (String uri :
                Arrays.asList("redis:/ada:secret@h", "http://:secret@h", "redis://a:s@secret@h x", "ada:secret@h")) {
            assertThat(problems(Map.of("jobq.storage.type", "redis", "jobq.storage.uri", uri)))
                    .singleElement()
                    .asString()
                    .contains("***@h")
                    .doesNotContain("secret");
        }
        for (String line : List.of(
                "redis://:secret@h\n   type: [redis",
                "redis: //:secret@h",
                "'redis://:secret@h",
                "[redis://:secret@h")) {
            assertThat(problems("a.yaml", "jobq:\n  storage:\n    uri: " + line + "\n", Map.of()))
                    .as(line)
                    .isNotEmpty()
                    .allSatisfy(each -> assertThat(each).startsWith("a.yaml:").doesNotContain("secret"));
        }
    }

    @Test
    void longAndHostileValuesAreShortenedAndCleaned() {
        String evil = "x\n\u001b[31m\u202e" + "y".repeat(500);
        assertThat(problems(Map.of("jobq.metrics.port", evil)))
                .singleElement()
                .asString()
                .startsWith("jobq.metrics.port: 'x??[31m?yyy")
                .hasSizeLessThan(200);
    }
}
