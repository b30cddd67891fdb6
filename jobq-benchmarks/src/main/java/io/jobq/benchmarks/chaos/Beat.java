package io.jobq.benchmarks.chaos;

import io.jobq.scheduler.Cron;
import io.jobq.scheduler.Interval;
import io.jobq.scheduler.Trigger;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/**
 * A regular tick, from every second to every day, and the trigger that must mean the same. Both times are in seconds.
 *
 * @param period from one tick to the next
 * @param offset of a tick from the epoch
 */
record Beat(Trigger trigger, long period, long offset) {
    private static final int MINUTE = 60;
    private static final int HOUR = 3_600;
    private static final int DAY = 86_400;
    private static final int EACH_SECOND = 8;

    /** One for each number from 0; some are alike. */
    static Beat of(int number) {
        if (number < EACH_SECOND) {
            return every(1);
        }
        int minute = number % MINUTE;
        int hour = number % 24;
        return switch (number % 6) {
            case 0 -> every(10 + number);
            case 1 -> new Beat(Cron.quartz("*/15 * * * * ?", ZoneOffset.UTC), 15, 0);
            case 2 -> new Beat(Cron.unix("* * * * *", ZoneOffset.UTC), MINUTE, 0);
            case 3 -> every(5);
            case 4 -> new Beat(Cron.unix(minute + " * * * *", ZoneOffset.UTC), HOUR, (long) minute * MINUTE);
            default -> new Beat(Cron.unix("0 " + hour + " * * *", ZoneOffset.UTC), DAY, (long) hour * HOUR);
        };
    }

    private static Beat every(long seconds) {
        return new Beat(Interval.every(Duration.ofSeconds(seconds), Instant.EPOCH), seconds, 0);
    }

    /** Its ticks, by arithmetic alone. */
    List<Instant> ticks(Instant from, Instant until) {
        List<Instant> ticks = new ArrayList<>();
        long second = from.plusNanos(999_999_999).getEpochSecond();
        long first = second + Math.floorMod(offset - second, period);
        for (long tick = first; Instant.ofEpochSecond(tick).isBefore(until); tick += period) {
            ticks.add(Instant.ofEpochSecond(tick));
        }
        return ticks;
    }
}
