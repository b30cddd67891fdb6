package io.jobq.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class MisfireTest {
    private static final Timetable EVERY_FIVE_MINUTES = Timetable.of(Cron.unix("*/5 * * * *", ZoneOffset.UTC));

    /** Last tick dealt with: 10:00. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # now    | skip  | run once | catch up 3        | catch up 3 within 12 min
            10:00:00 |       |          |                   |
            10:04:59 |       |          |                   |
            10:05:00 | 10:05 | 10:05    | 10:05             | 10:05
            10:05:59 | 10:05 | 10:05    | 10:05             | 10:05
            10:06:00 |       | 10:05    | 10:05             | 10:05
            10:10:30 | 10:10 | 10:10    | 10:05 10:10       | 10:05 10:10
            10:12:00 |       | 10:10    | 10:05 10:10       | 10:05 10:10
            10:17:00 |       | 10:15    | 10:05 10:10 10:15 | 10:10 10:15
            10:24:00 |       | 10:20    | 10:10 10:15 10:20 | 10:15 10:20
            10:25:00 | 10:25 | 10:25    | 10:10 10:15 10:20 10:25 | 10:15 10:20 10:25
            """)
    void policies(String now, String skip, String once, String catchUp, String within) {
        assertThat(due(now, Misfire.skip())).isEqualTo(skip);
        assertThat(due(now, Misfire.runOnce())).isEqualTo(once);
        assertThat(due(now, Misfire.catchUp(3))).isEqualTo(catchUp);
        assertThat(due(now, Misfire.catchUp(3).within(Duration.ofMinutes(12)))).isEqualTo(within);
    }

    private static String due(String now, Misfire misfire) {
        List<String> due = new ArrayList<>();
        for (Instant each : EVERY_FIVE_MINUTES.due(at("10:00:00"), at(now), misfire)) {
            due.add(each.toString().substring(11, 16));
        }
        return due.isEmpty() ? null : String.join(" ", due);
    }

    private static Instant at(String time) {
        return Instant.parse("2026-01-01T" + time + "Z");
    }

    @Test
    void allTicksOnTimeRun() {
        Timetable everySecond = Timetable.of(Cron.spring("* * * * * *", ZoneOffset.UTC));
        assertThat(everySecond.due(at("10:00:00"), at("10:00:30"), Misfire.skip()))
                .hasSize(30);
        assertThat(everySecond.due(at("10:00:00"), at("11:00:00"), Misfire.skip()))
                .hasSize(60)
                .startsWith(at("10:59:01"))
                .endsWith(at("11:00:00"));
        assertThat(everySecond.due(
                        at("10:00:00"), at("11:00:00"), Misfire.skip().grace(Duration.ofSeconds(2))))
                .containsExactly(at("10:59:59"), at("11:00:00"));
        assertThat(everySecond.due(at("10:00:00"), at("11:00:00"), Misfire.catchUp(5)))
                .hasSize(65);
    }

    @Test
    void centuriesOfMissedTicksCostLittle() {
        Timetable everySecond = Timetable.of(Cron.spring("* * * * * *", ZoneId.of("Europe/Berlin")));
        assertThat(everySecond.due(Instant.MIN, at("10:00:00"), Misfire.catchUp(1_000)))
                .hasSize(1_060)
                .endsWith(at("10:00:00"));
        Timetable past = Timetable.of(Cron.quartz("* * * * * ? 2020", ZoneOffset.UTC));
        assertThat(past.due(Instant.MIN, at("10:00:00"), Misfire.catchUp(2)))
                .containsExactly(Instant.parse("2020-12-31T23:59:58Z"), Instant.parse("2020-12-31T23:59:59Z"));
        assertThat(past.due(Instant.MIN, Instant.MAX, Misfire.runOnce()))
                .containsExactly(Instant.parse("2020-12-31T23:59:59Z"));
        assertThat(past.due(Instant.MIN, at("10:00:00"), Misfire.runOnce().within(Duration.ofSeconds(Long.MAX_VALUE))))
                .hasSize(1);
    }

    @Test
    void nothingIsDueBeforeItsTime() {
        assertThat(EVERY_FIVE_MINUTES.due(at("10:00:00"), at("09:00:00"), Misfire.DEFAULT))
                .isEmpty();
        assertThat(EVERY_FIVE_MINUTES.due(Instant.MAX, Instant.MAX, Misfire.DEFAULT))
                .isEmpty();
        assertThat(EVERY_FIVE_MINUTES.due(Instant.MIN, Instant.MIN, Misfire.DEFAULT))
                .isEmpty();
        Timetable ended = EVERY_FIVE_MINUTES.until(at("10:07:00"));
        assertThat(ended.due(at("10:00:00"), at("12:00:00"), Misfire.catchUp(9)))
                .containsExactly(at("10:05:00"));
    }

    @Test
    void whatIsDueAgreesWithGoingThroughAllTicks() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            Timetable timetable = timetable(random);
            Instant after = at("10:00:00").minusMillis(random.nextInt(400_000_000));
            Instant now = after.plusMillis(random.nextInt(40_000_000));
            Misfire misfire = misfire(random);
            assertThat(timetable.due(after, now, misfire))
                    .as("seed %d, %s, %s, from %s to %s", seed, timetable, misfire, after, now)
                    .isEqualTo(one(timetable, after, now, misfire));
        }
    }

    private static Timetable timetable(Random random) {
        Trigger trigger = random.nextBoolean()
                ? Interval.every(Duration.ofMillis(20_000 + random.nextInt(20_000_000)), Instant.EPOCH)
                : Cron.unix(
                        "*/" + (1 + random.nextInt(59)) + " */" + (1 + random.nextInt(23)) + " * * *", ZoneOffset.UTC);
        Timetable timetable = Timetable.of(trigger);
        return random.nextInt(4) > 0 ? timetable : timetable.except(ExcludedDates.of(LocalDate.of(2025, 12, 30)));
    }

    private static Misfire misfire(Random random) {
        Misfire misfire = switch (random.nextInt(3)) {
            case 0 -> Misfire.skip();
            case 1 -> Misfire.runOnce();
            default -> Misfire.catchUp(1 + random.nextInt(20));
        };
        Misfire graced = misfire.grace(Duration.ofMillis(1_000 + random.nextInt(600_000)));
        return random.nextBoolean() ? graced : graced.within(Duration.ofMillis(1 + random.nextInt(20_000_000)));
    }

    private static List<Instant> one(Timetable timetable, Instant after, Instant now, Misfire misfire) {
        List<Instant> missed = new ArrayList<>();
        List<Instant> onTime = new ArrayList<>();
        Optional<Instant> tick = timetable.next(after);
        for (; tick.isPresent() && !tick.get().isAfter(now); tick = timetable.next(tick.get())) {
            Duration late = Duration.between(tick.get(), now);
            if (late.compareTo(misfire.grace()) < 0) {
                onTime.add(tick.get());
            } else if (misfire.deadline() == null || late.compareTo(misfire.deadline()) < 0) {
                missed.add(tick.get());
            }
        }
        int most = misfire.kind() == Misfire.Kind.RUN_ONCE && !onTime.isEmpty() ? 0 : misfire.limit();
        List<Instant> due = new ArrayList<>(missed.subList(Math.max(0, missed.size() - most), missed.size()));
        due.addAll(onTime);
        return due;
    }

    @Test
    void rangesAreChecked() {
        assertThat(Misfire.DEFAULT)
                .isEqualTo(new Misfire(Misfire.Kind.RUN_ONCE, 1, Duration.ofMinutes(1), null))
                .isNotEqualTo(Misfire.skip());
        assertThatThrownBy(() -> Misfire.catchUp(0)).hasMessageContaining("catch_up must be 1 to 1000");
        assertThatThrownBy(() -> Misfire.catchUp(1_001)).hasMessageContaining("1 to 1000");
        assertThatThrownBy(() -> new Misfire(Misfire.Kind.SKIP, 1, Duration.ofMinutes(1), null))
                .hasMessageContaining("skip must be 0 to 0");
        assertThatThrownBy(() -> Misfire.skip().grace(Duration.ZERO)).hasMessageContaining("grace must be 1 s to 1 h");
        assertThatThrownBy(() -> Misfire.skip().grace(Duration.ofHours(2))).hasMessageContaining("grace");
        assertThatThrownBy(() -> Misfire.skip().within(Duration.ZERO))
                .hasMessageContaining("deadline must be positive");
    }

    @Test
    void overlapsHaveWords() {
        assertThat(Overlap.DEFAULT).isEqualTo(Overlap.SKIP);
        for (Overlap each : Overlap.values()) {
            assertThat(Overlap.parse(each.word())).isEqualTo(each);
        }
        assertThat(Overlap.QUEUE_ONE.word()).isEqualTo("queue_one");
        assertThatThrownBy(() -> Overlap.parse("QUEUE_ONE"))
                .hasMessage("overlap must be one of [allow, skip, queue_one, replace], but is 'QUEUE_ONE'");
    }
}
