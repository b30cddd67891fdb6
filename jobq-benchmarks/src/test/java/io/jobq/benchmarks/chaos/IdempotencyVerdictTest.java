package io.jobq.benchmarks.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.benchmarks.chaos.IdempotencyVerdict.Delivery;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class IdempotencyVerdictTest {
    private static final Map<String, Delivery> TWO =
            Map.of("a", new Delivery("a", "k", "\"r1\""), "b", new Delivery("b", "k", "\"r1\""));
    private static final Map<String, String> RECORD = Map.of("k", record("a", 1, "r1"));

    private static String record(String job, long token, String run) {
        return "{\"state\":\"completed\",\"job\":\"" + job + "\",\"token\":" + token
                + ",\"since\":1,\"expires\":9,\"result\":1} \"" + run + "\"";
    }

    private static IdempotencyVerdict judge(Map<String, String> records, String... lines) {
        return IdempotencyVerdict.of(Arrays.stream(lines).map(Event::parse).toList(), TWO, records);
    }

    @Test
    void acceptsOneEffectThatIsOnRecord() {
        IdempotencyVerdict verdict = judge(RECORD, "START 1 w a 1 r1", "EFFECT 2 w a 1 r1", "ANSWER 3 w a 1 -");

        assertThat(verdict.wrong()).isEmpty();
        assertThat(verdict.unexcused()).isEmpty();
        assertThat(verdict.excused()).isZero();
    }

    @Test
    void missesAnEffectThatIsNotOnRecord() {
        assertThat(judge(Map.of(), "EFFECT 2 w a 1 r1").wrong()).isNotEmpty();
        assertThat(judge(Map.of("k", record("b", 1, "r1")), "EFFECT 2 w a 1 r1").wrong())
                .hasSize(1);
        assertThat(judge(RECORD).wrong()).hasSize(2);
    }

    @Test
    void findsADeliveryWithAnotherResult() {
        assertThat(judge(Map.of("k", record("a", 1, "r2")), "EFFECT 2 w a 1 r2").wrong())
                .hasSize(2);
    }

    @Test
    void findsAnEffectThatWasRepeated() {
        assertThat(judge(RECORD, "EFFECT 2 w a 1 r1", "EFFECT 3 w b 1 r2").unexcused())
                .hasSize(1);
    }

    @Test
    void excusesTheDeadWhoHadNoAnswer() {
        String[] history = {"EFFECT 1 v b 1 r0", "KILL 2 v", "EFFECT 3 w a 1 r1"};
        assertThat(judge(RECORD, history).excused()).isEqualTo(1);

        history[1] = "ANSWER 2 v b 1 -";
        assertThat(judge(RECORD, history).unexcused()).hasSize(1);
    }

    @Test
    void excusesTheOvertaken() {
        IdempotencyVerdict verdict = judge(
                Map.of("k", record("a", 2, "r1")),
                "START 1 v a 1 r0",
                "START 2 w a 2 r1",
                "EFFECT 3 w a 2 r1",
                "STALE 4 v a 1 r0",
                "ANSWER 5 v a 1 -");

        assertThat(verdict.wrong()).isEmpty();
        assertThat(verdict.unexcused()).isEmpty();
        assertThat(verdict.excused()).isEqualTo(1);
    }
}
