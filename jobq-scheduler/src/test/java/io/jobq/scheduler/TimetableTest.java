package io.jobq.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TimetableTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final Instant NEW_YEAR = Instant.parse("2026-01-01T00:00:00Z");
    private static final Timetable DAILY = Timetable.of(Cron.unix("0 9 * * *", ZoneOffset.UTC));

    @Test
    void startIsIncludedAndEndIsNot() {
        Timetable timetable =
                DAILY.from(Instant.parse("2026-02-01T09:00:00Z")).until(Instant.parse("2026-02-03T09:00:00Z"));
        assertThat(ticks(timetable, NEW_YEAR, 9)).containsExactly("2026-02-01T09:00:00Z", "2026-02-02T09:00:00Z");
        assertThat(timetable.next(Instant.MIN)).contains(Instant.parse("2026-02-01T09:00:00Z"));
        assertThat(timetable.next(Instant.MAX)).isEmpty();
        assertThat(DAILY.from(Span.FIRST).next(Instant.MIN)).contains(Instant.parse("0001-01-01T09:00:00Z"));
    }

    @Test
    void excludedDatesAreThoseOfTheZone() {
        Cron midnight = Cron.unix("0 0 * * *", BERLIN);
        Timetable timetable = Timetable.of(midnight).except(dates("2026-01-02", "2026-01-03", "2026-01-05"));
        assertThat(ticks(timetable, NEW_YEAR, 3))
                .containsExactly("2026-01-03T23:00:00Z", "2026-01-05T23:00:00Z", "2026-01-06T23:00:00Z");
        Timetable interval = Timetable.of(Interval.every(Duration.ofHours(12), NEW_YEAR, BERLIN))
                .except(dates("2026-01-01"));
        assertThat(ticks(interval, NEW_YEAR.minusSeconds(1), 1)).containsExactly("2026-01-02T00:00:00Z");
        assertThat(Timetable.of(Once.at(NEW_YEAR)).except(dates("2026-01-01")).next(Instant.MIN))
                .isEmpty();
        assertThat(Timetable.of(new Once(NEW_YEAR, ZoneId.of("America/New_York")))
                        .except(dates("2026-01-01"))
                        .next(Instant.MIN))
                .contains(NEW_YEAR);
    }

    /** In Gaza clocks went back from 00:00 to 23:00: a part of 2012-09-20 came again. */
    @Test
    void excludedDatesThatComeAgainAreExcludedAgain() {
        ZoneId gaza = ZoneId.of("Asia/Gaza");
        Timetable timetable = Timetable.of(Cron.unix("*/30 * * * *", gaza));
        LocalDate repeated = null;
        for (var change = gaza.getRules().nextTransition(Instant.EPOCH);
                change != null && change.getDateTimeBefore().getYear() < 2030;
                change = gaza.getRules().nextTransition(change.getInstant())) {
            LocalDate date = change.getDateTimeAfter().toLocalDate();
            if (change.isOverlap() && !date.equals(change.getDateTimeBefore().toLocalDate())) {
                repeated = date;
                Timetable without = timetable.except(ExcludedDates.of(date));
                Instant tick =
                        without.next(change.getInstant().minusSeconds(3_600)).orElseThrow();
                while (tick.isBefore(change.getInstant().plusSeconds(7_200))) {
                    assertThat(LocalDate.ofInstant(tick, gaza)).isNotEqualTo(date);
                    tick = without.next(tick).orElseThrow();
                }
            }
        }
        assertThat(repeated).isNotNull();
    }

    @Test
    void manyExcludedDatesCostLittle() {
        Set<LocalDate> dates = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            dates.add(LocalDate.of(2026, 1, 1).plusDays(i));
        }
        Timetable timetable = Timetable.of(Cron.quartz("* * * * * ?", BERLIN)).except(ExcludedDates.of(dates));
        assertThat(timetable.next(NEW_YEAR)).contains(Instant.parse("2053-05-18T22:00:00Z"));
        dates.add(LocalDate.of(2000, 1, 1));
        assertThatThrownBy(() -> ExcludedDates.of(dates)).hasMessageContaining("at most 10000 dates");
    }

    @Test
    void excludedDatesAreAValue() {
        ExcludedDates dates = dates("2026-12-25", "2026-01-01", "2026-12-25");
        assertThat(dates).isEqualTo(dates("2026-01-01").and(dates("2026-12-25")));
        assertThat(dates.contains(LocalDate.of(2026, 12, 25))).isTrue();
        assertThat(dates.dates()).containsExactly(LocalDate.of(2026, 1, 1), LocalDate.of(2026, 12, 25));
        TreeSet<LocalDate> changing = new TreeSet<>(dates.dates());
        ExcludedDates copy = new ExcludedDates(changing);
        changing.clear();
        assertThat(copy).isEqualTo(dates);
        assertThatThrownBy(() -> copy.dates().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> ExcludedDates.of(LocalDate.MAX)).hasMessageContaining("years 1 to 9999");
    }

    @Test
    void jitterIsTheSameEverywhereAndWithinItsWindow() {
        Timetable timetable = DAILY.jitter(Duration.ofMinutes(10));
        // These may never change: older and newer processes run side by side.
        assertThat(timetable.startOf("daily_report", NEW_YEAR)).isEqualTo(NEW_YEAR.plusMillis(76_904));
        assertThat(timetable.startOf("naïve ✓", NEW_YEAR.plusSeconds(1))).isEqualTo(NEW_YEAR.plusMillis(192_004));
        assertThat(DAILY.startOf("daily_report", NEW_YEAR)).isEqualTo(NEW_YEAR);
        int[] tenths = new int[10];
        for (int i = 0; i < 10_000; i++) {
            Instant tick = NEW_YEAR.plusSeconds(i / 100 * 60L);
            long part = Duration.between(tick, timetable.startOf("schedule " + i % 100, tick))
                    .toMillis();
            assertThat(part).isBetween(0L, 599_999L);
            tenths[(int) (part / 60_000)]++;
        }
        assertThat(Arrays.stream(tenths).boxed())
                .allSatisfy(each -> assertThat(each).isBetween(850, 1_150));
    }

    @Test
    void jitterOfAMillisecondIsNone() {
        assertThat(DAILY.jitter(Duration.ofMillis(1)).startOf("x", NEW_YEAR)).isEqualTo(NEW_YEAR);
        assertThat(DAILY.jitter(Duration.ofDays(1)).startOf("x", Span.LAST))
                .isBetween(Span.LAST, Span.LAST.plusSeconds(86_400));
    }

    @Test
    void rangesAreChecked() {
        assertThatThrownBy(() -> DAILY.jitter(Duration.ofMillis(-1))).hasMessageContaining("jitter must be 0 to 1 day");
        assertThatThrownBy(() -> DAILY.jitter(Duration.ofDays(1).plusMillis(1))).hasMessageContaining("jitter");
        assertThatThrownBy(() -> DAILY.jitter(Duration.ofNanos(1))).hasMessageContaining("jitter");
        assertThatThrownBy(() -> DAILY.jitter(Duration.ofSeconds(Long.MAX_VALUE)))
                .hasMessageContaining("jitter");
        assertThatThrownBy(() -> DAILY.from(NEW_YEAR).until(NEW_YEAR)).hasMessageContaining("start must be before end");
        assertThatThrownBy(() -> DAILY.from(Instant.MAX)).hasMessageContaining("start must be in the years");
        assertThatThrownBy(() -> DAILY.until(Instant.MIN)).hasMessageContaining("end must be in the years");
        assertThatThrownBy(() -> DAILY.preview(NEW_YEAR, -1)).hasMessageContaining("0 to 10000");
        assertThatThrownBy(() -> DAILY.preview(NEW_YEAR, 10_001)).hasMessageContaining("0 to 10000");
    }

    private static ExcludedDates dates(String... dates) {
        List<LocalDate> parsed = new ArrayList<>();
        for (String each : dates) {
            parsed.add(LocalDate.parse(each));
        }
        return ExcludedDates.of(parsed);
    }

    private static List<String> ticks(Timetable timetable, Instant after, int most) {
        List<String> ticks = new ArrayList<>();
        Optional<Instant> tick = timetable.next(after);
        while (tick.isPresent() && ticks.size() < most) {
            ticks.add(tick.get().toString());
            tick = timetable.next(tick.get());
        }
        return ticks;
    }
}
