package io.jobq.benchmarks.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.benchmarks.chaos.SchedulesVerdict.Firing;
import io.jobq.scheduler.Trigger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchedulesVerdictTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Map<String, List<Instant>> TWO = Map.of("s", List.of(START, at(60)));

    private static Instant at(long seconds) {
        return START.plusSeconds(seconds);
    }

    private static Firing firing(String job, long tick, long stored) {
        return new Firing(job, "s", at(tick), at(stored));
    }

    private static SchedulesVerdict judge(Firing... firings) {
        return SchedulesVerdict.of(TWO, List.of(firings));
    }

    private static long leadersHit(String... lines) {
        return SchedulesVerdict.leadersHit(
                Arrays.stream(lines).map(Event::parse).toList());
    }

    @Test
    void acceptsAJobPerTick() {
        SchedulesVerdict verdict = judge(firing("a", 0, 0), firing("b", 60, 63));
        assertThat(verdict.missing()).isEmpty();
        assertThat(verdict.doubled()).isEmpty();
        assertThat(verdict.early()).isEmpty();
        assertThat(verdict.undue()).isEmpty();
        assertThat(verdict.lateness().getMaxValue()).isGreaterThanOrEqualTo(3_000);
    }

    @Test
    void findsWhatIsMissingDoubledEarlyOrUndue() {
        assertThat(judge(firing("a", 0, 0)).missing()).containsExactly("s at " + at(60));
        assertThat(judge(firing("a", 0, 0), firing("b", 0, 0), firing("c", 60, 60))
                        .doubled())
                .hasSize(1);
        assertThat(judge(firing("a", 0, 0), firing("b", 60, 59)).early()).hasSize(1);
        assertThat(judge(firing("a", 0, 0), firing("b", 60, 60), firing("c", 61, 61))
                        .undue())
                .hasSize(1);
    }

    @Test
    void knowsWhenALeaderWasHit() {
        assertThat(leadersHit("LEAD 1 w1", "KILL 2 w1", "LEAD 3 w2", "PAUSE 4 w2"))
                .isEqualTo(2);
        assertThat(leadersHit("LEAD 1 w1", "KILL 2 w2", "KILL 3 w1", "PAUSE 4 w3"))
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 6, 7, 8, 9, 10, 11, 198})
    void beatsMeanWhatTheirTriggersMean(int number) {
        Beat beat = Beat.of(number);
        Instant from = at(17).plusMillis(1);
        Instant until = from.plus(Duration.ofDays(3));
        assertThat(beat.ticks(from, until)).isNotEmpty().isEqualTo(ticks(beat.trigger(), from, until));
        Instant tick = beat.ticks(from, until).get(0);
        assertThat(beat.ticks(tick, tick.plusMillis(1))).containsExactly(tick);
        assertThat(beat.ticks(from, tick)).isEmpty();
    }

    private static List<Instant> ticks(Trigger trigger, Instant from, Instant until) {
        List<Instant> ticks = new ArrayList<>();
        Instant next = trigger.next(from.minusNanos(1)).orElseThrow();
        while (next.isBefore(until)) {
            ticks.add(next);
            next = trigger.next(next).orElseThrow();
        }
        return ticks;
    }
}
