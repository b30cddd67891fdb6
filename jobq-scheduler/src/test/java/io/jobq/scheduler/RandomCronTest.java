package io.jobq.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.scheduler.Cron.Dialect;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A thousand random expressions per dialect against trying every date, and every second of those that fit. */
@Timeout(120)
class RandomCronTest {
    private static final int EXPRESSIONS = 1_000;
    private static final int TICKS = 5;
    private static final LocalDate END = LocalDate.of(2140, 1, 1);

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void ticksAreThoseThatFit(Dialect dialect) {
        long seed = System.nanoTime();
        System.out.println("random " + dialect + " expressions: seed " + seed);
        Random random = new Random(seed);
        int never = 0;
        for (int i = 0; i < EXPRESSIONS; i++) {
            CronSample sample = CronSample.random(dialect, random);
            LocalDateTime after = LocalDate.of(1970, 1, 1)
                    .plusDays(random.nextInt(47_000))
                    .atStartOfDay()
                    .plusSeconds(random.nextInt(86_400));
            Optional<Cron> cron = read(sample);
            String what = "seed " + seed + ", " + dialect + " '" + sample.text() + "' after " + after;
            if (cron.isEmpty()) {
                never++;
                assertThat(expected(sample, LocalDate.of(1970, 1, 1).atStartOfDay()))
                        .as(what)
                        .isEmpty();
            } else {
                assertThat(actual(cron.get(), after)).as(what).isEqualTo(expected(sample, after));
            }
        }
        System.out.println(never + " of them never come round");
        assertThat(never).as("seed " + seed).isLessThan(EXPRESSIONS / 5);
    }

    private static Optional<Cron> read(CronSample sample) {
        try {
            return Optional.of(Cron.of(sample.dialect(), sample.text(), ZoneOffset.UTC));
        } catch (CronSyntaxException never) {
            assertThat(never).hasMessageContaining("no date has such");
            return Optional.empty();
        }
    }

    private static List<LocalDateTime> expected(CronSample sample, LocalDateTime after) {
        List<LocalDateTime> found = new ArrayList<>();
        for (LocalDate date = after.toLocalDate(); date.isBefore(END); date = date.plusDays(1)) {
            if (sample.date().test(date)) {
                for (int second = 0; second < 86_400; second++) {
                    if (sample.fits(second / 3_600, second / 60 % 60, second % 60)) {
                        LocalDateTime time = date.atStartOfDay().plusSeconds(second);
                        if (time.isAfter(after)) {
                            found.add(time);
                        }
                        if (found.size() == TICKS) {
                            return found;
                        }
                    }
                }
            }
        }
        return found;
    }

    private static List<LocalDateTime> actual(Cron cron, LocalDateTime after) {
        List<LocalDateTime> found = new ArrayList<>();
        Optional<Instant> tick = cron.next(after.toInstant(ZoneOffset.UTC));
        while (found.size() < TICKS && tick.isPresent()) {
            LocalDateTime local = LocalDateTime.ofInstant(tick.get(), ZoneOffset.UTC);
            if (!local.toLocalDate().isBefore(END)) {
                break;
            }
            found.add(local);
            tick = cron.next(tick.get());
        }
        return found;
    }
}
