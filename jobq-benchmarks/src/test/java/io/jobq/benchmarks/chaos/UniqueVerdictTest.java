package io.jobq.benchmarks.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.benchmarks.chaos.UniqueVerdict.Life;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class UniqueVerdictTest {
    private static Map<String, Life> lives(Life... lives) {
        return Stream.of(lives).collect(Collectors.toMap(Life::job, life -> life));
    }

    private static List<String> judge(Map<String, Life> lives, String... lines) {
        return UniqueVerdict.runningTogether(
                Arrays.stream(lines).map(Event::parse).toList(), lives);
    }

    private static final Map<String, Life> TWO = lives(new Life("a", "k", 10, 20), new Life("b", "k", 20, 30));

    @Test
    void acceptsOneAfterTheOther() {
        assertThat(UniqueVerdict.overlaps(TWO)).isEmpty();
        assertThat(UniqueVerdict.overlaps(lives(new Life("a", "k", 10, 20), new Life("b", "other", 15, 30))))
                .isEmpty();
        assertThat(judge(TWO, "START 11 w a 1 r", "EFFECT 19 w a 1 r", "START 21 w b 1 s", "EFFECT 29 w b 1 s"))
                .isEmpty();
    }

    @Test
    void findsAJobThatWasStoredBeforeAnotherHadFinished() {
        assertThat(UniqueVerdict.overlaps(lives(new Life("a", "k", 10, 20), new Life("b", "k", 19, 30))))
                .hasSize(1);
        assertThat(UniqueVerdict.overlaps(lives(
                        new Life("a", "k", 10, Long.MAX_VALUE),
                        new Life("b", "k", 15, 18),
                        new Life("c", "k", 30, 40))))
                .hasSize(2);
    }

    @Test
    void findsAJobThatRanBeforeAnotherHadEnded() {
        assertThat(judge(TWO, "START 11 w a 1 r", "START 18 w b 1 s", "EFFECT 19 w a 1 r", "EFFECT 29 w b 1 s"))
                .hasSize(1);
    }

    @Test
    void letsAJobLiveUntilTheEndOfItsLastRun() {
        assertThat(judge(TWO, "START 1 w a 1 r", "KILL 2 w", "START 3 x b 1 s", "START 5 x a 2 t", "EFFECT 6 x a 2 t"))
                .isNotEmpty();
        assertThat(judge(
                        TWO,
                        "START 1 w a 1 r",
                        "START 5 x a 2 t",
                        "EFFECT 6 x a 2 t",
                        "START 7 x b 1 s",
                        "STALE 8 w a 1 r",
                        "EFFECT 9 x b 1 s"))
                .isEmpty();
    }
}
