package io.jobq.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.scheduler.DstPolicy.Gap;
import io.jobq.scheduler.DstPolicy.Overlap;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import org.junit.jupiter.api.Test;

class PreviewTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final Instant SPRING = Instant.parse("2026-03-28T12:00:00Z");
    private static final Instant AUTUMN = Instant.parse("2026-10-24T12:00:00Z");
    private static final DstPolicy OTHER = new DstPolicy(Gap.SKIP, Overlap.TWICE);
    private static final Cron AT_HALF_PAST_TWO = Cron.unix("30 2 * * *", BERLIN);

    @Test
    void whatAGapDoesIsSaid() {
        assertThat(AT_HALF_PAST_TWO.preview(SPRING, 2))
                .containsExactly(
                        tick(
                                "2026-03-29T03:00+02:00[Europe/Berlin]",
                                "02:30 does not exist on 2026-03-29, runs at 03:00+02:00"),
                        tick("2026-03-30T02:30+02:00[Europe/Berlin]"));
        assertThat(AT_HALF_PAST_TWO.dst(OTHER).preview(SPRING, 1))
                .containsExactly(
                        tick("2026-03-30T02:30+02:00[Europe/Berlin]", "02:30 does not exist on 2026-03-29, skipped"));
    }

    @Test
    void manyLostTimesMakeOneRemark() {
        Cron cron = Cron.unix("*/15 2,3 * * *", BERLIN);
        assertThat(cron.preview(SPRING, 2))
                .containsExactly(
                        tick(
                                "2026-03-29T03:00+02:00[Europe/Berlin]",
                                "02:00 to 02:45 do not exist on 2026-03-29, run once at 03:00+02:00"),
                        tick("2026-03-29T03:15+02:00[Europe/Berlin]"));
        assertThat(cron.dst(OTHER).preview(SPRING, 1).get(0).remarks())
                .containsExactly("02:00 to 02:45 do not exist on 2026-03-29, skipped");
    }

    @Test
    void whatAnOverlapDoesIsSaid() {
        assertThat(AT_HALF_PAST_TWO.preview(AUTUMN, 2))
                .containsExactly(
                        tick("2026-10-25T02:30+02:00[Europe/Berlin]", "02:30 occurs twice on 2026-10-25, runs once"),
                        tick("2026-10-26T02:30+01:00[Europe/Berlin]"));
        assertThat(AT_HALF_PAST_TWO.dst(OTHER).preview(AUTUMN, 2))
                .containsExactly(
                        tick(
                                "2026-10-25T02:30+02:00[Europe/Berlin]",
                                "02:30 occurs twice on 2026-10-25, runs twice; this is the first"),
                        tick(
                                "2026-10-25T02:30+01:00[Europe/Berlin]",
                                "02:30 occurs twice on 2026-10-25, runs twice; this is the second"));
    }

    @Test
    void elapsedTimeHasNoGaps() {
        assertThat(Cron.unix("*/30 * * * *", BERLIN).preview(SPRING, 48))
                .allSatisfy(each -> assertThat(each.remarks()).isEmpty());
        assertThat(Cron.unix("*/30 * * * *", BERLIN).preview(AUTUMN, 48))
                .filteredOn(each -> !each.remarks().isEmpty())
                .hasSize(4);
    }

    @Test
    void gapsThatDoNotConcernTheTimetableAreNotMentioned() {
        Timetable excluded = Timetable.of(AT_HALF_PAST_TWO).except(ExcludedDates.of(LocalDate.of(2026, 3, 29)));
        assertThat(excluded.preview(SPRING, 1)).containsExactly(tick("2026-03-30T02:30+02:00[Europe/Berlin]"));
        Timetable later = Timetable.of(AT_HALF_PAST_TWO).from(Instant.parse("2026-03-29T12:00:00Z"));
        assertThat(later.preview(SPRING, 1)).containsExactly(tick("2026-03-30T02:30+02:00[Europe/Berlin]"));
        assertThat(Cron.unix("30 4 * * *", BERLIN).preview(SPRING, 1).get(0).remarks())
                .isEmpty();
    }

    @Test
    void aGapLongBeforeTheTickIsNamed() {
        Cron cron = Cron.unix("30 2 29 3 *", BERLIN).dst(OTHER);
        assertThat(cron.preview(SPRING, 1).get(0))
                .isEqualTo(
                        tick("2027-03-29T02:30+02:00[Europe/Berlin]", "02:30 does not exist on 2026-03-29, skipped"));
    }

    @Test
    void previewsEndWithTheTimetable() {
        assertThat(AT_HALF_PAST_TWO.preview(SPRING, 0)).isEmpty();
        assertThat(Once.at(SPRING).preview(SPRING.minusSeconds(1), 10)).hasSize(1);
        assertThat(Once.at(SPRING).preview(SPRING, 10)).isEmpty();
        assertThat(AT_HALF_PAST_TWO.preview(Instant.MAX, 10)).isEmpty();
        assertThat(AT_HALF_PAST_TWO.preview(Instant.MIN, 10_000)).hasSize(10_000);
    }

    private static Tick tick(String at, String... remarks) {
        return new Tick(ZonedDateTime.parse(at), List.of(remarks));
    }
}
