package io.jobq.benchmarks.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FindingsTest {
    private static List<Event> events(String... lines) {
        return Arrays.stream(lines).map(Event::parse).toList();
    }

    private static Chaos.Findings findings(int hits, String... lines) {
        Verdict verdict = Verdict.of(Set.of("a"), Map.of(), events(lines));
        return new Chaos.Findings(1, hits, verdict, List.of(), Set.of(), List.of());
    }

    @Test
    void killsThatMetNoRunningJobProveNothing() {
        String[] idle = {"START 10 w1 a 1 r1", "EFFECT 20 w1 a 1 r1", "KILL 30 w1"};
        assertThat(findings(1, idle).isClean()).isFalse();
        assertThat(findings(0, idle).isClean()).isTrue();
    }

    @Test
    void pausesThatMetNoRunningJobProveNothingEither() {
        String[] idle = {"START 10 w1 a 1 r1", "EFFECT 20 w1 a 1 r1", "PAUSE 30 w1"};
        assertThat(findings(1, idle).isProof()).isFalse();
        assertThat(findings(1, "START 10 w1 a 1 r1", "PAUSE 15 w1", "START 20 w2 a 2 r2", "EFFECT 30 w2 a 2 r2")
                        .isProof())
                .isTrue();
    }

    @Test
    void aKillThatMetARunningJobDoes() {
        assertThat(findings(1, "START 10 w1 a 1 r1", "KILL 15 w1", "START 20 w2 a 2 r2", "EFFECT 30 w2 a 2 r2")
                        .isClean())
                .isTrue();
    }

    @Test
    void victimsAreThoseThatHaveBegunAJobAndNotEndedIt() {
        assertThat(History.busy(events(
                        "START 10 w1 a 1 r1",
                        "START 11 w2 b 2 r2",
                        "START 12 w3 c 3 r3",
                        "START 13 w4 d 4 r4",
                        "EFFECT 20 w1 a 1 r1",
                        "KILL 21 w2",
                        "LOST 22 w3 c 3 -",
                        "PAUSE 23 w4")))
                .containsExactly("w4");
    }
}
