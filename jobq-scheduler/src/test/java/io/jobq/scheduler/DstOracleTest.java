package io.jobq.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.scheduler.Cron.Dialect;
import io.jobq.scheduler.DstPolicy.Gap;
import io.jobq.scheduler.DstPolicy.Overlap;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * All zones of the JDK, all their changes from 1970 to 2100, every policy: ticks against an oracle that goes through the
 * hours around a change minute by minute, reads the clock on the wall, and remembers what it has shown.
 */
@Timeout(240)
class DstOracleTest {
    private static final Instant START = Instant.parse("1970-01-01T00:00:00Z");
    private static final Instant END = Instant.parse("2100-01-01T00:00:00Z");

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private long changes;
    private long ticks;

    /** A minute that the clock shows: what, when, whether it has shown the same before, and which minutes it left out. */
    private record Shown(long local, long instant, boolean again, List<Long> leftOut) {}

    @Test
    void ticksAreThoseOfTheClockOnTheWall() {
        System.out.println("clock changes: seed " + seed);
        Map<ZoneRules, ZoneId> zones = new HashMap<>();
        for (String id : ZoneId.getAvailableZoneIds()) {
            zones.putIfAbsent(ZoneId.of(id).getRules(), ZoneId.of(id));
        }
        zones.forEach((rules, zone) -> {
            ZoneOffsetTransition change = rules.nextTransition(START.minusSeconds(1));
            while (change != null && change.getInstant().isBefore(END)) {
                check(zone, change);
                changes++;
                change = rules.nextTransition(change.getInstant());
            }
        });
        System.out.println(ZoneId.getAvailableZoneIds().size() + " zones with " + zones.size() + " different rules, "
                + changes + " changes, " + ticks + " ticks");
        assertThat(zones).hasSizeGreaterThan(200);
        assertThat(changes).isGreaterThan(20_000);
    }

    private void check(ZoneId zone, ZoneOffsetTransition change) {
        long length = Math.abs(change.getDuration().toSeconds());
        long from = change.toEpochSecond() - length - 2 * 3_600;
        long to = change.toEpochSecond() + length + 2 * 3_600;
        List<Shown> clock = clock(zone.getRules(), from, to);
        for (CronSample sample : samples(change)) {
            Cron cron = Cron.of(sample.dialect(), sample.text(), zone);
            for (Gap gap : Gap.values()) {
                for (Overlap overlap : Overlap.values()) {
                    DstPolicy policy = new DstPolicy(gap, overlap);
                    List<Long> expected = expected(clock, sample, policy);
                    List<Long> actual = actual(cron.dst(policy), from, to);
                    ticks += actual.size();
                    if (!actual.equals(expected)) {
                        assertThat(texts(actual, zone))
                                .as("seed %d, %s, %s, %s", seed, sample.text(), policy, change)
                                .isEqualTo(texts(expected, zone));
                    }
                }
            }
        }
    }

    private static List<String> texts(List<Long> instants, ZoneId zone) {
        return instants.stream()
                .map(each -> Instant.ofEpochSecond(each).atZone(zone).toString())
                .toList();
    }

    /** Steps through seconds only where offsets are not whole minutes. */
    private static List<Shown> clock(ZoneRules rules, long from, long to) {
        boolean whole = IntStream.range(0, 2)
                .allMatch(i -> rules.getOffset(Instant.ofEpochSecond(i == 0 ? from : to))
                                        .getTotalSeconds()
                                % 60
                        == 0);
        int step = whole ? 60 : 1;
        List<Shown> clock = new ArrayList<>();
        Set<Long> seen = new HashSet<>();
        long last = Long.MIN_VALUE;
        List<Long> leftOut = new ArrayList<>();
        for (long instant = Math.floorDiv(from, step) * step; instant <= to; instant += step) {
            long local =
                    instant + rules.getOffset(Instant.ofEpochSecond(instant)).getTotalSeconds();
            for (long lost = last + step; last != Long.MIN_VALUE && lost < local; lost += step) {
                if (lost % 60 == 0) {
                    leftOut.add(lost);
                }
            }
            last = local;
            if (local % 60 == 0 || !leftOut.isEmpty()) {
                clock.add(new Shown(local, instant, !seen.add(local), leftOut));
                leftOut = new ArrayList<>();
            }
        }
        return clock;
    }

    private static List<Long> expected(List<Shown> clock, CronSample sample, DstPolicy policy) {
        Map<Long, Boolean> dates = new HashMap<>();
        List<Long> expected = new ArrayList<>();
        for (Shown each : clock) {
            boolean madeUp = policy.gap() == Gap.RUN_AFTER
                    && !sample.everyHour()
                    && each.leftOut.stream().anyMatch(lost -> fits(sample, lost, dates));
            boolean regular = fits(sample, each.local, dates)
                    && (!each.again || sample.everyHour() || policy.overlap() == Overlap.TWICE);
            if (madeUp || regular) {
                expected.add(each.instant);
            }
        }
        return expected;
    }

    private static boolean fits(CronSample sample, long local, Map<Long, Boolean> dates) {
        long day = Math.floorDiv(local, 86_400L);
        int second = (int) Math.floorMod(local, 86_400L);
        return sample.fits(second / 3_600, second / 60 % 60, second % 60)
                && dates.computeIfAbsent(day, each -> sample.date().test(LocalDate.ofEpochDay(each)));
    }

    private static List<Long> actual(Cron cron, long from, long to) {
        List<Long> found = new ArrayList<>();
        Instant last = Instant.ofEpochSecond(from - 1);
        while (true) {
            Instant next = cron.next(last).orElse(Instant.MAX);
            if (next.getEpochSecond() > to) {
                return found;
            }
            assertThat(next).isAfter(last);
            found.add(next.getEpochSecond());
            last = next;
        }
    }

    /** Some that are hit by the change, and some that may not be. */
    private List<CronSample> samples(ZoneOffsetTransition change) {
        LocalDateTime first = change.isGap() ? change.getDateTimeBefore() : change.getDateTimeAfter();
        LocalDateTime hit = first.plusSeconds(
                random.nextInt((int) Math.abs(change.getDuration().toSeconds())));
        int hour = hit.getHour();
        int next = (hour + 1) % 24;
        int minute = random.nextInt(60);
        List<CronSample> samples = new ArrayList<>();
        samples.add(sample(hit.getMinute() + " " + hour + " * * *", Set.of(hour), Set.of(hit.getMinute()), null));
        samples.add(sample("*/20 " + hour + "," + next + " * * *", Set.of(hour, next), Set.of(0, 20, 40), null));
        samples.add(sample(minute + " * * * *", hours(1), Set.of(minute), null));
        samples.add(sample(minute + " */2 * * *", hours(2), Set.of(minute), null));
        samples.add(sample(
                "0,30 " + hour + " " + hit.getDayOfMonth() + " " + hit.getMonthValue() + " *",
                Set.of(hour),
                Set.of(0, 30),
                hit.toLocalDate()));
        if (changes % 10 == 0) {
            CronSample wild = CronSample.random(Dialect.UNIX, random);
            try {
                Cron.unix(wild.text(), ZoneOffset.UTC);
                samples.add(wild);
            } catch (CronSyntaxException neverComesRound) {
                assertThat(neverComesRound).hasMessageContaining("no date has such");
            }
        }
        return samples;
    }

    private static CronSample sample(String text, Set<Integer> hours, Set<Integer> minutes, LocalDate date) {
        return new CronSample(
                Dialect.UNIX,
                text,
                each -> date == null
                        || (each.getMonth() == date.getMonth() && each.getDayOfMonth() == date.getDayOfMonth()),
                List.of(hours, minutes, Set.of(0)));
    }

    private static Set<Integer> hours(int step) {
        Set<Integer> hours = new HashSet<>();
        for (int hour = 0; hour < 24; hour += step) {
            hours.add(hour);
        }
        return hours;
    }
}
