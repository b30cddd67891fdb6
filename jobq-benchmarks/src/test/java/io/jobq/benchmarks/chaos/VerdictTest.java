package io.jobq.benchmarks.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.JobState;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VerdictTest {
    private static List<Event> events(String... lines) {
        return Arrays.stream(lines).map(Event::parse).toList();
    }

    private static Verdict judge(String... lines) {
        return Verdict.of(Set.of("a"), Map.of(), events(lines));
    }

    @Test
    void acceptsAJobThatRanAndWasDeletedByRetention() {
        Verdict verdict = judge("START 10 w1 a 1 r1", "EFFECT 20 w1 a 1 r1");

        assertThat(verdict.lost()).isEmpty();
        assertThat(verdict.settled()).isEqualTo(1);
        assertThat(verdict.stale()).isEmpty();
        assertThat(verdict.duplicates()).isZero();
    }

    @Test
    void missesAJobWithoutAnEffect() {
        assertThat(judge("START 10 w1 a 1 r1").lost()).containsExactly("a");
    }

    @Test
    void acceptsAnAnswerInsteadOfAnEffect() {
        assertThat(judge("ANSWER 20 w1 a 1 -").lost()).isEmpty();
    }

    @Test
    void missesAJobThatTheStorageDoesNotHaveAsSucceeded() {
        List<Event> events = events("START 10 w1 a 1 r1", "EFFECT 20 w1 a 1 r1");

        assertThat(Verdict.of(Set.of("a"), Map.of("a", JobState.READY), events).lost())
                .containsExactly("a");
        assertThat(Verdict.of(Set.of("a"), Map.of("a", JobState.SUCCEEDED), events)
                        .lost())
                .isEmpty();
    }

    @Test
    void takesNoOffenceAtALateRunThatTheStorageRefused() {
        Verdict verdict = judge(
                "START 10 w1 a 1 r1",
                "PAUSE 11 w1",
                "START 20 w2 a 2 r2",
                "EFFECT 25 w2 a 2 r2",
                "STALE 30 w1 a 1 r1",
                "LOST 31 w1 a 1 -");

        assertThat(verdict.stale()).isEmpty();
        assertThat(verdict.duplicates()).isEqualTo(1);
        assertThat(verdict.recovery().getMaxValue()).isEqualTo(9);
    }

    @Test
    void findsALateRunThatTheStorageTook() {
        String[] history = {"START 10 w1 a 1 r1", "START 20 w2 a 2 r2", "STALE 30 w1 a 1 r1", "EFFECT 40 w2 a 2 r2"};

        assertThat(judge(history).stale()).extracting(Event::worker).containsExactly("w1");
    }

    @Test
    void doesNotKnowWhatBecameOfALateRunOfAKilledWorker() {
        assertThat(judge("START 20 w2 a 2 r2", "STALE 30 w1 a 1 r1", "KILL 35 w1", "EFFECT 40 w2 a 2 r2")
                        .stale())
                .isEmpty();
    }

    @Test
    void findsTwoRunsWithOneToken() {
        assertThat(judge("START 10 w1 a 1 r1", "START 20 w2 a 1 r2").stale()).hasSize(1);
    }

    @Test
    void measuresRecoveryOfWhatRanWhenItsWorkerWasKilled() {
        Verdict verdict = judge(
                "START 10 w1 a 1 r1",
                "START 11 w1 b 1 r2",
                "EFFECT 12 w1 b 1 r2",
                "START 13 w2 c 1 r3",
                "KILL 100 w1",
                "START 150 w3 d 1 r4",
                "START 3200 w2 a 2 r5");

        assertThat(verdict.recovery().getTotalCount()).isEqualTo(1);
        assertThat(verdict.recovery().getValueAtPercentile(99)).isBetween(3_098L, 3_102L);
    }
}
