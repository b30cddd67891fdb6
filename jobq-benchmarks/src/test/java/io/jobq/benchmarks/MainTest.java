package io.jobq.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class MainTest {
    private static final JsonMapper JSON = new JsonMapper();

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String line) throws InterruptedException {
        List<String> words = line.isEmpty() ? List.of() : List.of(line.split(" ", -1));
        return Main.run(
                words,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private List<JsonNode> lines() {
        return out.toString(StandardCharsets.UTF_8).lines().map(JSON::readTree).toList();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            enqueue --jobs 50 --batch 7 --threads 3 --warmup 5    | jobs_per_second jobs_per_second bytes_per_job
            enqueue --jobs 50 --batch 1 --warmup 0                | jobs_per_second bytes_per_job
            drain --jobs 50 --concurrency 2 --warmup 5 --rounds 2 | jobs_per_second
            drain --jobs 1 --metrics off --warmup 0               | jobs_per_second
            floor --jobs 50 --concurrency 2 --warmup 5            | jobs_per_second
            latency --rate 100 --seconds 0.05 --warmup 0.02       | p50_ms p95_ms p99_ms max_ms
            drain --jobs 5 --work-ms 1 --warmup 0                 | jobs_per_second
            delayed --jobs 5 --seconds 0.05 --warmup 0.01         | p50_ms p95_ms p99_ms max_ms
            """)
    void printsOneJsonObjectPerMetric(String line, String metrics) throws InterruptedException {
        assertThat(run(line)).isZero();

        assertThat(lines()).extracting(each -> each.get("metric").asString()).containsExactly(metrics.split(" ", -1));
        assertThat(lines()).allSatisfy(each -> {
            assertThat(each.get("mode").asString()).isEqualTo(line.split(" ", -1)[0]);
            assertThat(each.get("value").isNumber()).isTrue();
            assertThat(each.get("unit").isString()).isTrue();
            assertThat(each.get("storage").asString()).isEqualTo("memory");
            assertThat(each.get("java").asInt()).isEqualTo(Runtime.version().feature());
        });
        assertThat(out.toString(StandardCharsets.UTF_8)).containsPattern("\"value\":\\d+\\.\\d{3},");
    }

    @Test
    void comparesCostsPerCall() throws InterruptedException {
        assertThat(run("backlog --jobs 200 --few 20 --batch 5 --rounds 3 --warmup 1"))
                .isZero();

        assertThat(lines())
                .extracting(each -> each.get("metric").asString())
                .containsSubsequence("enqueue_us_per_job", "enqueue_us_per_job", "enqueue_ratio")
                .contains("claim_ratio", "cancel_ratio", "list_ratio")
                .hasSize(12);
        assertThat(lines().get(0).get("waiting").asInt()).isEqualTo(20);
        assertThat(lines().get(1).get("waiting").asInt()).isEqualTo(200);
    }

    @Test
    void schedulesAreTimed() throws InterruptedException {
        assertThat(run("schedules --ticks 20 --warmup 1 --seconds 2 --waiting 50"))
                .isZero();
        assertThat(lines())
                .extracting(line -> line.get("metric").asString())
                .contains("p99_ms", "load_ms", "heap_bytes_per_schedule", "idle_cpu_percent");
    }

    @Test
    void sharesAreWhatTheWeightsSay() throws InterruptedException {
        assertThat(run("shares --jobs 3500")).isZero();

        assertThat(lines())
                .extracting(each -> each.get("metric").asString())
                .containsExactly("level_share_error", "tenant_share_error");
    }

    @Test
    void comparesTenants() throws InterruptedException {
        assertThat(run("tenants --jobs 5000 --rate 50 --seconds 0.2 --tenants 400 --rounds 2"))
                .isZero();

        assertThat(lines())
                .extracting(each -> each.get("metric").asString())
                .contains("p99_ratio", "many_ratio", "throttled_ratio");
    }

    @Test
    void timesWhatOperatorsDo() throws InterruptedException {
        assertThat(run("operations --jobs 2000 --rounds 2")).isZero();

        assertThat(lines())
                .extracting(each -> each.get("metric").asString())
                .contains("explain_ms", "move_ms", "bulk_move_ms", "bulk_replay_ms", "dry_run_ms", "purge_ms")
                .doesNotHaveDuplicates();
    }

    @Test
    void operatorsWhoFindNothingToDoAreNotTimed() throws InterruptedException {
        assertThat(run("operations --jobs 200 --rounds 2")).isNotZero();
    }

    @Test
    void namesTheBatchSizeOfEachEnqueueRate() throws InterruptedException {
        assertThat(run("enqueue --jobs 20 --batch 10 --warmup 0")).isZero();

        assertThat(lines().subList(0, 2))
                .extracting(each -> each.get("batch").asInt())
                .containsExactly(1, 10);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "fly",
                "drain --job 5",
                "drain 5",
                "drain --jobs",
                "drain --jobs --warmup 0",
                "drain --jobs 5 --jobs 6",
                "drain --jobs many",
                "drain --jobs 0",
                "drain --jobs 1.5",
                "drain --payload 10",
                "drain --metrics maybe --jobs 1",
                "drain --storage nowhere --jobs 1",
                "floor --storage nowhere --jobs 1",
                "floor --metrics off",
                "latency --seconds ten",
                "latency --seconds -1",
                "latency --seconds NaN",
                "delayed --seconds 1e9",
                "drain --work-ms -1 --jobs 1",
                "floor --storage redis://127.0.0.1:1 --batch 0",
                "backlog --few 10 --batch 10",
                "chaos --storage memory",
                "chaos --storage redis://127.0.0.1:1 --restarts 1",
                "chaos --storage redis-cluster://127.0.0.1:1 --cuts 1",
                "chaos --kills -1",
                "chaos --seed soon",
                "chaos --workers 0",
                "chaos --scenario peace",
                "chaos --scenario idempotency --cuts 1",
                "chaos --scenario unique --keys 0",
            })
    void rejectsWhatMakesNoSense(String line) throws InterruptedException {
        assertThat(run(line)).isEqualTo(2);

        assertThat(out.size()).isZero();
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("usage: ");
    }

    @Test
    void namesTheKnownStorages() throws InterruptedException {
        run("drain --storage postgres://x --jobs 1");

        assertThat(err.toString(StandardCharsets.UTF_8)).contains("unknown storage 'postgres://x'; known: memory");
    }

    @Test
    void helps() throws InterruptedException {
        assertThat(run("--help")).isZero();

        assertThat(out.size()).isZero();
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains(
                        "enqueue",
                        "drain",
                        "floor",
                        "latency",
                        "delayed",
                        "backlog",
                        "chaos",
                        "jmh",
                        "--jobs 1000000",
                        "limits, unique")
                .doesNotContain("chaos-worker", "chaos-producer");
    }
}
