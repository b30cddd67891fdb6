package io.jobq.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.scheduler.Cron.Dialect;
import io.jobq.scheduler.DstPolicy.Gap;
import io.jobq.scheduler.DstPolicy.Overlap;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is stored today must be read by every later version. */
@Timeout(30)
class StoredFormsTest {
    private static final ZoneId NEW_YORK = ZoneId.of("America/New_York");
    private static final Instant NEW_YEAR = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void formsAreFixed() {
        assertThat(Cron.unix("0 9 * * MON-FRI", NEW_YORK).toJson())
                .isEqualTo("{\"kind\":\"cron\",\"cron\":{\"dialect\":\"unix\",\"expression\":\"0 9 * * MON-FRI\","
                        + "\"gap\":\"run_after\",\"overlap\":\"once\"},\"zone\":\"America/New_York\"}");
        assertThat(Interval.every(Duration.ofMinutes(5), NEW_YEAR).toJson())
                .isEqualTo(
                        "{\"kind\":\"interval\",\"period\":\"PT5M\",\"at\":\"2026-01-01T00:00:00Z\",\"zone\":\"Z\"}");
        assertThat(Once.at(NEW_YEAR.plusMillis(5)).toJson())
                .isEqualTo("{\"kind\":\"once\",\"at\":\"2026-01-01T00:00:00.005Z\",\"zone\":\"Z\"}");
        assertThat(Misfire.catchUp(5).within(Duration.ofHours(36)).toJson())
                .isEqualTo("{\"kind\":\"catch_up\",\"limit\":5,\"grace\":\"PT1M\",\"deadline\":\"PT36H\"}");
        assertThat(Misfire.skip().toJson()).isEqualTo("{\"kind\":\"skip\",\"limit\":0,\"grace\":\"PT1M\"}");
        Timetable once = Timetable.of(Once.at(NEW_YEAR));
        assertThat(once.toJson())
                .isEqualTo("{\"trigger\":{\"kind\":\"once\",\"at\":\"2026-01-01T00:00:00Z\",\"zone\":\"Z\"}}");
        assertThat(once.from(NEW_YEAR)
                        .until(NEW_YEAR.plusNanos(1))
                        .jitter(Duration.ofSeconds(90))
                        .except(ExcludedDates.of(LocalDate.of(2026, 12, 25), LocalDate.of(987, 1, 1)))
                        .toJson())
                .endsWith(",\"excluded\":[\"0987-01-01\",\"2026-12-25\"],\"start\":\"2026-01-01T00:00:00Z\","
                        + "\"end\":\"2026-01-01T00:00:00.000000001Z\",\"jitter\":\"PT1M30S\"}");
    }

    @Test
    void whatIsWrittenIsReadAgain() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<String> zones = ZoneId.getAvailableZoneIds().stream().sorted().toList();
        for (int i = 0; i < 2_000; i++) {
            Trigger trigger = trigger(random, ZoneId.of(zones.get(random.nextInt(zones.size()))));
            Timetable timetable = timetable(random, trigger);
            assertThat(Trigger.fromJson(trigger.toJson())).as("seed %d", seed).isEqualTo(trigger);
            Timetable read = Timetable.fromJson(timetable.toJson());
            assertThat(read).as("seed %d", seed).isEqualTo(timetable).hasSameHashCodeAs(timetable);
            assertThat(read.next(NEW_YEAR)).isEqualTo(timetable.next(NEW_YEAR));
            assertThat(read.toJson()).isEqualTo(timetable.toJson());
        }
        for (Misfire each : List.of(
                Misfire.skip(),
                Misfire.DEFAULT,
                Misfire.catchUp(7),
                Misfire.runOnce().within(Duration.ofNanos(1)))) {
            assertThat(Misfire.fromJson(each.toJson())).isEqualTo(each);
        }
    }

    private static Trigger trigger(Random random, ZoneId zone) {
        Instant at = Instant.ofEpochMilli(random.nextLong() >> 20);
        return switch (random.nextInt(5)) {
            case 0 -> new Once(at, zone);
            case 1 -> Interval.every(Duration.ofMillis(1_000 + random.nextInt(1_000_000)), at, zone);
            default ->
                cron(random, zone)
                        .dst(new DstPolicy(
                                random.nextBoolean() ? Gap.SKIP : Gap.RUN_AFTER,
                                random.nextBoolean() ? Overlap.ONCE : Overlap.TWICE));
        };
    }

    private static Cron cron(Random random, ZoneId zone) {
        while (true) {
            Dialect dialect = List.of(Dialect.values()).get(random.nextInt(3));
            try {
                return Cron.of(dialect, CronSample.random(dialect, random).text(), zone);
            } catch (CronSyntaxException neverComesRound) {
                assertThat(neverComesRound).hasMessageContaining("no date has such");
            }
        }
    }

    private static Timetable timetable(Random random, Trigger trigger) {
        Timetable timetable = Timetable.of(trigger);
        if (random.nextBoolean()) {
            timetable = timetable.from(NEW_YEAR.plusNanos(random.nextInt()));
        }
        if (random.nextBoolean()) {
            timetable = timetable.until(NEW_YEAR.plusSeconds(10L + random.nextInt(1_000_000_000)));
        }
        if (random.nextBoolean()) {
            timetable = timetable.jitter(Duration.ofMillis(random.nextInt(86_400_000)));
        }
        Set<LocalDate> dates = new HashSet<>();
        for (int n = random.nextInt(5); n > 0; n--) {
            dates.add(LocalDate.of(2026, 1, 1).plusDays(random.nextInt(1_000)));
        }
        return timetable.except(ExcludedDates.of(dates));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "1",
                "[]",
                "{}",
                "{",
                "\"once\"",
                "{\"kind\":\"once\"}",
                "{\"kind\":\"never\",\"zone\":\"Z\"}",
                "{\"kind\":null,\"zone\":\"Z\"}",
                "{\"kind\":\"once\",\"zone\":\"Z\",\"at\":\"tomorrow\"}",
                "{\"kind\":\"once\",\"zone\":\"Mars/Olympus\",\"at\":\"2026-01-01T00:00:00Z\"}",
                "{\"kind\":\"once\",\"zone\":\"../../etc/passwd\",\"at\":\"2026-01-01T00:00:00Z\"}",
                "{\"kind\":\"once\",\"zone\":\"Z\",\"at\":\"2026-01-01T00:00:00Z\",\"more\":1}",
                "{\"kind\":\"once\",\"zone\":\"Z\",\"at\":\"2026-01-01T00:00:00Z\"} {}",
                "{\"kind\":\"once\",\"zone\":\"Z\",\"at\":\"+12026-01-01T00:00:00Z\"}",
                "{\"kind\":\"once\",\"zone\":\"Z\",\"at\":{\"@class\":\"java.lang.Runtime\"}}",
                "{\"kind\":\"interval\",\"zone\":\"Z\",\"at\":\"2026-01-01T00:00:00Z\",\"period\":\"PT0S\"}",
                "{\"kind\":\"interval\",\"zone\":\"Z\",\"at\":\"2026-01-01T00:00:00Z\",\"period\":\"often\"}",
                "{\"kind\":\"cron\",\"zone\":\"Z\"}",
                "{\"kind\":\"cron\",\"zone\":\"Z\",\"cron\":{}}",
                "{\"kind\":\"cron\",\"zone\":\"Z\",\"cron\":{\"dialect\":\"UNIX\",\"expression\":\"* * * * *\"}}",
                "{\"kind\":\"cron\",\"zone\":\"Z\",\"cron\":{\"dialect\":\"unix\",\"expression\":\"* * * * *\"}}",
                "{\"kind\":\"cron\",\"zone\":\"Z\",\"cron\":{\"dialect\":\"unix\",\"expression\":\"x\",\"gap\":\"skip\",\"overlap\":\"once\"}}",
                "[\"java.lang.Runtime\",{}]",
            })
    void anythingElseIsRefused(String json) {
        assertThatThrownBy(() -> Trigger.fromJson(json)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Timetable.fromJson(json)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Timetable.fromJson("{\"trigger\":" + json + "}"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Misfire.fromJson(json)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> io.jobq.scheduler.Overlap.parse(json)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"excluded\":[null]",
                "\"excluded\":[\"2026-02-30\"]",
                "\"excluded\":\"2026-02-03\"",
                "\"start\":\"2026-01-02T00:00:00Z\",\"end\":\"2026-01-01T00:00:00Z\"",
                "\"jitter\":\"P2D\"",
                "\"jitter\":5",
            })
    void badPartsOfATimetableAreRefused(String part) {
        String json = "{\"trigger\":" + Once.at(NEW_YEAR).toJson() + "," + part + "}";
        assertThatThrownBy(() -> Timetable.fromJson(json)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void hugeAndDeepTextsAreRefusedShortly() {
        for (String json : List.of("{".repeat(1 << 20), "[".repeat(200_000), "x".repeat(250_000))) {
            assertThatThrownBy(() -> Timetable.fromJson(json))
                    .isInstanceOf(IllegalArgumentException.class)
                    .satisfies(each -> assertThat(each.getMessage().length()).isLessThan(300));
        }
    }

    @Test
    @SuppressWarnings("NullAway")
    void nullsAreRefused() {
        Cron cron = Cron.unix("@daily", NEW_YORK);
        Timetable timetable = Timetable.of(cron);
        List<Runnable> calls = List.of(
                () -> Cron.unix(null, NEW_YORK),
                () -> Cron.quartz("* * * * * ?", null),
                () -> Cron.of(null, "* * * * *", NEW_YORK),
                () -> cron.dst(null),
                () -> cron.next(null),
                () -> new DstPolicy(null, Overlap.ONCE),
                () -> new DstPolicy(Gap.SKIP, null),
                () -> Interval.every(null, NEW_YEAR),
                () -> Interval.every(Duration.ofDays(1), null),
                () -> Interval.every(Duration.ofDays(1), NEW_YEAR, null),
                () -> Once.at((Instant) null),
                () -> new Once(NEW_YEAR, null),
                () -> Timetable.of(null),
                () -> timetable.from(null),
                () -> timetable.until(null),
                () -> timetable.except(null),
                () -> timetable.jitter(null),
                () -> timetable.next(null),
                () -> timetable.preview(null, 1),
                () -> timetable.due(null, NEW_YEAR, Misfire.DEFAULT),
                () -> timetable.due(NEW_YEAR, null, Misfire.DEFAULT),
                () -> timetable.due(NEW_YEAR, NEW_YEAR, null),
                () -> timetable.jitter(Duration.ofDays(1)).startOf(null, NEW_YEAR),
                () -> timetable.jitter(Duration.ofDays(1)).startOf("x", null),
                () -> ExcludedDates.of((LocalDate) null),
                () -> new ExcludedDates(null),
                () -> Misfire.skip().within(null),
                () -> Misfire.skip().grace(null),
                () -> Trigger.fromJson(null),
                () -> Timetable.fromJson(null),
                () -> Misfire.fromJson(null),
                () -> io.jobq.scheduler.Overlap.parse(null));
        for (int i = 0; i < calls.size(); i++) {
            Runnable call = calls.get(i);
            assertThatThrownBy(call::run).as("call %d", i).isInstanceOf(NullPointerException.class);
        }
    }
}
