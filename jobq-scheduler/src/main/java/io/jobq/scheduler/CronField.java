package io.jobq.scheduler;

import io.jobq.scheduler.Cron.Dialect;
import java.util.List;

/** A field of a cron expression, with the numbers that a dialect gives its values. */
enum CronField {
    SECOND("second", 0, 59, ""),
    MINUTE("minute", 0, 59, ""),
    HOUR("hour", 0, 23, ""),
    DAY_OF_MONTH("day-of-month", 1, 31, ""),
    MONTH("month", 1, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"),
    DAY_OF_WEEK("day-of-week", 0, 7, "SUNMONTUEWEDTHUFRISAT"),
    YEAR("year", 1970, 2099, "");

    private final String label;
    private final int min;
    private final int max;
    private final String names;

    CronField(String label, int min, int max, String names) {
        this.label = label;
        this.min = min;
        this.max = max;
        this.names = names;
    }

    /** All fields that an expression of the dialect may have, in order; only Quartz's year may be left out. */
    static List<CronField> of(Dialect dialect) {
        return switch (dialect) {
            case UNIX -> List.of(MINUTE, HOUR, DAY_OF_MONTH, MONTH, DAY_OF_WEEK);
            case QUARTZ -> List.of(values());
            case SPRING -> List.of(SECOND, MINUTE, HOUR, DAY_OF_MONTH, MONTH, DAY_OF_WEEK);
        };
    }

    String label() {
        return label;
    }

    boolean isDay() {
        return this == DAY_OF_MONTH || this == DAY_OF_WEEK;
    }

    int min(Dialect dialect) {
        return this == DAY_OF_WEEK && dialect == Dialect.QUARTZ ? 1 : min;
    }

    int max() {
        return max;
    }

    /** Where {@code *} begins: Spring counts the week from Monday. */
    int starMin(Dialect dialect) {
        return this == DAY_OF_WEEK && dialect == Dialect.SPRING ? 1 : min(dialect);
    }

    /** Where {@code *} ends: a UNIX week from 0 to 7 would count Sunday twice. */
    int starMax(Dialect dialect) {
        return this == DAY_OF_WEEK && dialect == Dialect.UNIX ? 6 : max;
    }

    /** After how many values a range begins anew. */
    int cycle() {
        return this == DAY_OF_WEEK ? 7 : max - min + 1;
    }

    /** The value's number in any dialect: Sunday is 0, other fields count as they are written. */
    int normal(Dialect dialect, int value) {
        int start = min(dialect);
        int place = (value - start) % cycle();
        return this == DAY_OF_WEEK ? place : place + start;
    }

    /** The value with this name, or -1. */
    int named(Dialect dialect, String name) {
        int at = name.length() == 3 ? names.indexOf(name) : -1;
        if (at < 0 || at % 3 != 0) {
            return -1;
        }
        int value = at / 3 + (this == MONTH ? 1 : min(dialect));
        return value == 0 ? sunday(dialect) : value;
    }

    /** Spring's SUN is the end of a week that begins on Monday, as in {@code SUN/2}. */
    private int sunday(Dialect dialect) {
        return dialect == Dialect.SPRING ? max : 0;
    }

    /** What may stand here, for messages. */
    String allowed(Dialect dialect) {
        String values = min(dialect) + "-" + max + (names.isEmpty() ? "" : " or " + first() + "-" + last());
        return values + " with * , - /" + specials(dialect);
    }

    private String first() {
        return names.substring(0, 3);
    }

    private String last() {
        return names.substring(names.length() - 3);
    }

    private String specials(Dialect dialect) {
        if (dialect == Dialect.UNIX || !isDay()) {
            return "";
        }
        return this == DAY_OF_MONTH ? " ? L W" : " ? L #";
    }
}
