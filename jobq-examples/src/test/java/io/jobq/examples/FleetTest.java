package io.jobq.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 180, unit = TimeUnit.SECONDS)
class FleetTest {
    private static final Pattern RECOVERY = Pattern.compile(
            "tile-\\d+ was begun by worker-b and rendered by worker-[ac], where it started (\\S+) s after");

    private final Screen screen = new Screen();
    private final Screen errors = new Screen();

    @Test
    void recoversTheJobsOfAKilledWorker() throws Exception {
        try (TestRedis redis = TestRedis.start()) {
            int status = Fleet.run(
                    List.of("demo", "--redis", redis.uri, "--prefix", redis.prefix, "--seconds", "120", "--plain"),
                    screen.out,
                    errors.out);

            assertThat(errors.text()).isEmpty();
            assertThat(status).as(screen.text()).isZero();
            List<Double> delays = RECOVERY.matcher(screen.text())
                    .results()
                    .map(MatchResult::group)
                    .map(line -> Double.valueOf(
                            line.replaceAll(".* started (\\S+) s after", "$1").replace(',', '.')))
                    .toList();
            // leases were renewed at most a second before the kill, and are looked for twice a second
            assertThat(delays)
                    .hasSizeBetween(1, 4)
                    .allSatisfy(delay -> assertThat(delay).isBetween(1.5, 10.0));
            assertThat(screen.lines())
                    .last()
                    .isEqualTo(
                            "==== rendered 48 of 48 tiles, %d of them begun by worker-b and recovered; leases last 3 s"
                                    .formatted(delays.size()));
            assertMonitored();
        }
    }

    private void assertMonitored() {
        int killed = screen.text().indexOf("==== killed worker-b");
        String before = screen.text().substring(0, killed);
        String after = screen.text().substring(killed);
        for (String name : List.of("worker-a", "worker-b", "worker-c")) {
            assertThat(before)
                    .containsPattern(
                            name + "-\\w+ +\\S+:\\d+ +#+\\.* [1-4]/4 +\\d+ +(\\d+\\.\\d +)?up +\\d+[.,]\\d s ago");
        }
        assertThat(after)
                .containsPattern("worker-b-\\w+ +\\S+:\\d+ +\\d+ +silent +\\d+[.,]\\d s ago")
                .containsPattern("render +0 +0 +0 +48 +0 +0");
    }

    @Test
    void monitorsAnEmptyFleet() throws Exception {
        try (TestRedis redis = TestRedis.start()) {
            int status = FleetMonitor.run(
                    List.of("--redis", redis.uri, "--prefix", redis.prefix, "--seconds", "1", "--plain"),
                    InputStream.nullInputStream(),
                    screen.out,
                    errors.out);

            assertThat(errors.text()).isEmpty();
            assertThat(status).isZero();
            assertThat(screen.text())
                    .contains(
                            "no queue: no job has been enqueued here yet",
                            "no worker: none has been here in the last minute")
                    .doesNotContain("\u001b");
        }
    }

    @Test
    void endsOnQ() throws Exception {
        try (TestRedis redis = TestRedis.start()) {
            int status = FleetMonitor.run(
                    List.of("--redis", redis.uri, "--prefix", redis.prefix, "--seconds", "170", "--plain"),
                    new ByteArrayInputStream("?q\n".getBytes(StandardCharsets.US_ASCII)),
                    screen.out,
                    errors.out);
            assertThat(status).isZero();
        }
    }

    @Test
    void changesLinesInPlace() {
        LiveLines lines = new LiveLines(screen.out, true);
        lines.show(List.of("one", "two"));
        lines.say("said");
        lines.show(List.of("three"));

        String eol = System.lineSeparator();
        String up = "\u001b[2A\u001b[J";
        String first = "\u001b[?7lone" + eol + "two" + eol + "\u001b[?7h";
        assertThat(screen.text())
                .isEqualTo(first + up + "said" + eol + first + up + "\u001b[?7lthree" + eol + "\u001b[?7h");
    }

    @Test
    void saysThatARedisIsNeeded() throws Exception {
        assertThat(Fleet.run(List.of(), screen.out, errors.out)).isEqualTo(2);
        assertThat(FleetMonitor.run(List.of(), InputStream.nullInputStream(), screen.out, errors.out))
                .isEqualTo(2);
        assertThat(errors.lines())
                .contains(
                        "fleet: a Redis is needed, 6.2 or newer: name it with --redis redis://HOST:PORT",
                        "fleet-monitor: a Redis is needed, 6.2 or newer: name it with --redis redis://HOST:PORT");
    }
}
