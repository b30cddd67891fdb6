package io.jobq.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 180, unit = TimeUnit.SECONDS)
class SchedulesTest {
    private final Screen screen = new Screen();
    private final Screen errors = new Screen();

    @Test
    void aKilledLeaderLeavesNoGap() throws Exception {
        try (TestRedis redis = TestRedis.start()) {
            int status = Schedules.run(
                    List.of("demo", "--redis", redis.uri, "--prefix", redis.prefix, "--seconds", "120", "--plain"),
                    screen.out,
                    errors.out);

            assertThat(errors.text()).isEmpty();
            assertThat(status).as(screen.text()).isZero();
            assertThat(screen.text())
                    .containsPattern("instance scheduler-[ab] is now LEADER")
                    .containsPattern("instance scheduler-[ab] is STANDBY \\(leader: scheduler-[ab]\\)")
                    .contains("==== daily_report enqueues report, next:", "[Europe/Berlin]")
                    .containsPattern("==== killed scheduler-[ab] with kill -9")
                    .containsPattern("heartbeats in \\d+ seconds: 0 missing, 0 twice");
        }
    }
}
