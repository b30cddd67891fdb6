package io.jobq.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class IntervalTest {
    private static final Instant ANCHOR = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void ticksAreTheAnchorAndMultiplesOfThePeriodLater() {
        Interval interval = Interval.every(Duration.ofMinutes(7), ANCHOR);
        assertThat(interval.next(Instant.MIN)).contains(ANCHOR);
        assertThat(interval.next(ANCHOR.minusNanos(1))).contains(ANCHOR);
        assertThat(interval.next(ANCHOR)).contains(ANCHOR.plusSeconds(420));
        assertThat(interval.next(ANCHOR.plusNanos(1))).contains(ANCHOR.plusSeconds(420));
        assertThat(interval.next(ANCHOR.plusSeconds(420).minusNanos(1))).contains(ANCHOR.plusSeconds(420));
        assertThat(interval.next(ANCHOR.plusSeconds(420))).contains(ANCHOR.plusSeconds(840));
    }

    @Test
    void clocksThatChangeDoNotMatter() {
        Interval interval =
                Interval.every(Duration.ofDays(1), Instant.parse("2026-03-28T08:00:00Z"), ZoneId.of("Europe/Berlin"));
        assertThat(interval.next(Instant.parse("2026-03-28T08:00:00Z")))
                .contains(Instant.parse("2026-03-29T08:00:00Z"));
        assertThat(interval.preview(Instant.parse("2026-03-28T00:00:00Z"), 2))
                .extracting(each -> each.at().toLocalTime().getHour())
                .containsExactly(9, 10);
    }

    @Test
    void anchorsMayLieFarAway() {
        Interval old = Interval.every(Duration.ofMillis(1_001), Span.FIRST);
        Instant tick = old.next(Span.LAST.minusSeconds(10)).orElseThrow();
        assertThat(tick.toEpochMilli() - Span.FIRST.toEpochMilli())
                .satisfies(each -> assertThat(each % 1_001).isZero());
        assertThat(old.next(Span.LAST)).isEmpty();
        assertThat(old.next(Instant.MAX)).isEmpty();
        Interval century = Interval.every(Duration.ofDays(36_525), Instant.parse("9999-01-01T00:00:00Z"));
        assertThat(century.next(Instant.MIN)).contains(century.anchor());
        assertThat(century.next(century.anchor())).isEmpty();
    }

    @Test
    void ticksAgreeWithUnlimitedArithmetic() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 10_000; i++) {
            Interval interval = Interval.every(
                    Duration.ofMillis(1_000 + (random.nextLong() >>> (1 + random.nextInt(60))) % 3_000_000_000_000L),
                    instant(random));
            Instant after = instant(random);
            Optional<Instant> expected = byBigIntegers(interval, after);
            assertThat(interval.next(after))
                    .as("seed %d, %s after %s", seed, interval, after)
                    .isEqualTo(expected);
        }
    }

    private static Instant instant(Random random) {
        long span = Span.LAST.getEpochSecond() - Span.FIRST.getEpochSecond();
        return Span.FIRST.plusSeconds(Math.floorMod(random.nextLong(), span)).plusNanos(random.nextInt(1_000_000_000));
    }

    private static Optional<Instant> byBigIntegers(Interval interval, Instant after) {
        BigInteger start = nanos(interval.anchor());
        BigInteger passed = nanos(after).subtract(start);
        BigInteger period = BigInteger.valueOf(interval.period().toMillis()).multiply(BigInteger.valueOf(1_000_000));
        BigInteger tick = passed.signum() < 0
                ? start
                : start.add(passed.divide(period).add(BigInteger.ONE).multiply(period));
        BigInteger[] parts = tick.divideAndRemainder(BigInteger.valueOf(1_000_000_000));
        Instant found = Instant.ofEpochSecond(parts[0].longValueExact(), parts[1].longValueExact());
        return found.isAfter(Span.LAST) ? Optional.empty() : Optional.of(found);
    }

    private static BigInteger nanos(Instant instant) {
        return BigInteger.valueOf(instant.getEpochSecond())
                .multiply(BigInteger.valueOf(1_000_000_000))
                .add(BigInteger.valueOf(instant.getNano()));
    }

    @Test
    void rangesAreChecked() {
        assertThatThrownBy(() -> Interval.every(Duration.ofMillis(999), ANCHOR))
                .hasMessageContaining("1 s to 36,525 days");
        assertThatThrownBy(() -> Interval.every(Duration.ofSeconds(-5), ANCHOR)).hasMessageContaining("-5 s");
        assertThatThrownBy(() -> Interval.every(Duration.ofDays(36_526), ANCHOR))
                .hasMessageContaining("1 s to");
        assertThatThrownBy(() -> Interval.every(Duration.ofSeconds(Long.MAX_VALUE), ANCHOR))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Interval.every(Duration.ofSeconds(2, 1), ANCHOR))
                .hasMessageContaining("milliseconds");
        assertThatThrownBy(() -> Interval.every(Duration.ofSeconds(2), Instant.MAX))
                .hasMessageContaining("anchor must be in the years 1 to 9999");
        assertThat(Interval.every(Duration.ofSeconds(2), ANCHOR.plusNanos(1_999_999))
                        .anchor())
                .isEqualTo(ANCHOR.plusMillis(1));
    }

    @Test
    void onceIsOnce() {
        Once once = Once.at(ANCHOR);
        assertThat(once.next(Instant.MIN)).contains(ANCHOR);
        assertThat(once.next(ANCHOR.minusNanos(1))).contains(ANCHOR);
        assertThat(once.next(ANCHOR)).isEmpty();
        assertThat(once.next(Instant.MAX)).isEmpty();
        assertThat(once.zone()).isEqualTo(ZoneOffset.UTC);
        ZoneId tokyo = ZoneId.of("Asia/Tokyo");
        assertThat(Once.at(ZonedDateTime.of(2026, 1, 1, 9, 0, 0, 0, tokyo))).isEqualTo(new Once(ANCHOR, tokyo));
        assertThat(Once.at(ANCHOR.plusNanos(5))).isEqualTo(once);
        assertThatThrownBy(() -> Once.at(Instant.MIN)).hasMessageContaining("instant must be in the years 1 to 9999");
    }
}
