package io.jobq.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 180, unit = TimeUnit.SECONDS)
class WholeSystemTest {
    private final Screen screen = new Screen();
    private final Screen errors = new Screen();

    @Test
    void everyOrderIsChargedOnce() throws Exception {
        try (TestRedis redis = TestRedis.start()) {
            int status = WholeSystem.run(
                    List.of("--redis", redis.uri, "--prefix", redis.prefix, "--seconds", "120"),
                    new ByteArrayInputStream(new byte[] {'\n'}),
                    screen.out,
                    errors.out);

            assertThat(errors.text()).isEmpty();
            assertThat(status).as(screen.text()).isZero();
            assertThat(screen.text())
                    .contains("/metrics and /health", "\"status\":\"up\"", "jobq_scheduler_leader 1.0")
                    .containsPattern("jobq_jobs_succeeded_total\\{.*queue=\"critical\"")
                    .containsPattern("nightly_report, triggered by hand: \\d+ orders charged so far")
                    .containsPattern(
                            "takes orders for 4 s, and ends when you press Enter after that, or 1[01]\\d s from now")
                    .containsPattern("look around at the address above; Enter ends it, or \\d+ s")
                    .contains("done: 620 jobs; 200 orders, 200 charged once");
        }
    }
}
