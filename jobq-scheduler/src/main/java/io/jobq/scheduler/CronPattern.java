package io.jobq.scheduler;

import java.time.LocalDate;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Local times that a cron expression names, without a zone. They are counted in seconds from 1970-01-01T00:00 as if every
 * day had 86,400. A search goes by sets of bits from field to field, so it never steps through minutes, or days.
 */
final class CronPattern {
    /** Later than any local time. */
    static final long NONE = Long.MAX_VALUE;

    private static final long DAY = 86_400;
    private static final int LAST_YEAR = 9_999;
    /** After 400 years the calendar repeats, weekdays included. */
    private static final int CYCLE = 400;

    private final DayTimes times;
    private final int months;
    private final MonthTable days;
    private final @Nullable BitSet years;

    /**
     * @param months as bits 1 to 12
     * @param years null for all
     */
    CronPattern(DayTimes times, int months, MonthTable days, @Nullable BitSet years) {
        this.times = times;
        this.months = months;
        this.days = days;
        this.years = years;
    }

    boolean everyHour() {
        return times.everyHour();
    }

    /** Whether any date fits. */
    boolean comesRound() {
        return years == null
                ? nextDay(LocalDate.of(2000, 1, 1), 2000 + CYCLE) != NONE
                : nextDay(LocalDate.of(years.nextSetBit(0), 1, 1), LAST_YEAR) != NONE;
    }

    /** The first local time at or after this; {@link #NONE} if there is none up to the year 9999. */
    long next(long local) {
        long today = Math.floorDiv(local, DAY);
        LocalDate date = LocalDate.ofEpochDay(today);
        long day = nextDay(date, LAST_YEAR);
        if (day == today) {
            int time = times.next((int) Math.floorMod(local, DAY));
            if (time >= 0) {
                return day * DAY + time;
            }
            day = nextDay(date.plusDays(1), LAST_YEAR);
        }
        return day == NONE ? NONE : day * DAY + times.first();
    }

    private long nextDay(LocalDate from, int lastYear) {
        long day = nextDayOfYear(from);
        int year = from.getYear();
        while (day == NONE && year < lastYear) {
            year = years == null ? year + 1 : years.nextSetBit(year + 1);
            if (year < 0) {
                return NONE;
            }
            day = nextDayOfYear(LocalDate.of(year, 1, 1));
        }
        return day;
    }

    private long nextDayOfYear(LocalDate from) {
        int year = from.getYear();
        if (year > LAST_YEAR || (years != null && (year < 0 || !years.get(year)))) {
            return NONE;
        }
        int start = from.getDayOfMonth();
        int month = from.getMonthValue();
        for (int m = DayTimes.lowest(months, month); m > 0; m = DayTimes.lowest(months, m + 1)) {
            LocalDate first = LocalDate.of(year, m, 1);
            int day = DayTimes.lowest(days.days(first), m == month ? start : 1);
            if (day > 0) {
                return first.toEpochDay() + day - 1;
            }
        }
        return NONE;
    }
}
