package io.jobq.scheduler;

import java.time.LocalDate;

/** A rule of days worked out for the 28 kinds of month: four lengths, each beginning on one of seven weekdays. */
final class MonthTable {
    private static final int SHORTEST = 28;
    private static final int LONGEST = 31;
    /** 1970-01-01 was a Thursday. */
    private static final int FIRST_WEEKDAY = 4;

    private final int[] days;

    private MonthTable(int[] days) {
        this.days = days;
    }

    static MonthTable of(DayRule rule) {
        int[] days = new int[(LONGEST - SHORTEST + 1) * 7];
        for (int i = 0; i < days.length; i++) {
            days[i] = rule.days(SHORTEST + i / 7, i % 7);
        }
        return new MonthTable(days);
    }

    /** The days of the month that begins with this date, as bits 1 to 31. */
    int days(LocalDate firstOfMonth) {
        int weekday = (int) Math.floorMod(firstOfMonth.toEpochDay() + FIRST_WEEKDAY, 7L);
        return days[(firstOfMonth.lengthOfMonth() - SHORTEST) * 7 + weekday];
    }
}
