package io.jobq.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PaceTest {
    private final Pace pace = new Pace();

    private void ended(int times, Duration each) {
        for (int i = 0; i < times; i++) {
            pace.ended(each.toNanos());
        }
    }

    private void answered(int times, Duration each) {
        for (int i = 0; i < times; i++) {
            pace.answered(each.toNanos());
        }
    }

    @Test
    void claimsNothingAheadBeforeJobsHaveShownToBeShort() {
        assertThat(pace.ahead(100)).isZero();
        ended(10, Duration.ZERO);
        assertThat(pace.ahead(100)).isZero();
    }

    @Test
    void claimsAsManyAheadAsStartWithinTwoMilliseconds() {
        ended(300, Duration.ofMillis(5));
        assertThat(pace.ahead(100)).isBetween(39, 40);
        ended(300, Duration.ofMillis(50));
        assertThat(pace.ahead(100)).isBetween(3, 4);
        ended(300, Duration.ofSeconds(1));
        assertThat(pace.ahead(100)).isZero();
    }

    @Test
    void claimsAsManyAheadAsStartWithinTwoCallsOfAFastStorage() {
        ended(300, Duration.ofMillis(5));
        answered(300, Duration.ofNanos(500_000));
        assertThat(pace.ahead(100)).isBetween(19, 20);
        answered(300, Duration.ofNanos(10_000));
        assertThat(pace.ahead(100)).as("for threads to wake").isBetween(9, 10);
    }

    @Test
    void oneSlowAnswerIsSoonForgotten() {
        ended(300, Duration.ofMillis(5));
        answered(300, Duration.ofNanos(10_000));
        answered(1, Duration.ofMinutes(1));
        assertThat(pace.ahead(100)).isBetween(9, 10);
    }

    @Test
    void claimsAheadForTimeNotForSlots() {
        ended(300, Duration.ofNanos(50_000));
        assertThat(pace.ahead(1)).isBetween(38, 40);
        assertThat(pace.ahead(3)).isBetween(115, 120);
    }

    @Test
    void claimsNoMoreAheadThanACallOrTheSlotsAreWorth() {
        ended(300, Duration.ZERO);
        assertThat(pace.ahead(1)).isEqualTo(200);
        assertThat(pace.ahead(100)).isEqualTo(200);
        assertThat(pace.ahead(1_000)).isEqualTo(1_000);
        assertThat(pace.ahead(10_000)).isEqualTo(10_000);
    }

    @Test
    void oneSlowJobAmongShortOnesIsEnoughToBeCareful() {
        ended(300, Duration.ofNanos(10_000));
        ended(1, Duration.ofMinutes(1));
        assertThat(pace.ahead(100)).isZero();
    }

    @Test
    void aJobThatGotNoSlotEndsIt() {
        ended(300, Duration.ZERO);
        pace.ended(-1);
        assertThat(pace.ahead(100)).isZero();
    }
}
