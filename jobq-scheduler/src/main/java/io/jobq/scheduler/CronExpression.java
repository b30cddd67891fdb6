package io.jobq.scheduler;

import io.jobq.scheduler.Cron.Dialect;
import io.jobq.scheduler.DayRule.Dates;
import io.jobq.scheduler.DayRule.Weekdays;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A cron expression, read: its fields put together to a pattern. */
record CronExpression(Dialect dialect, String text, CronPattern pattern) {
    private static final int LONGEST = 250;
    private static final Map<String, String> ALIASES = Map.of(
            "@yearly", "0 0 1 1 *",
            "@annually", "0 0 1 1 *",
            "@monthly", "0 0 1 * *",
            "@weekly", "0 0 * * 0",
            "@daily", "0 0 * * *",
            "@midnight", "0 0 * * *",
            "@hourly", "0 * * * *");

    /** Where a field stands. */
    private record Part(int start, int end) {}

    static CronExpression parse(Dialect dialect, String expression) {
        Objects.requireNonNull(dialect, "dialect");
        Objects.requireNonNull(expression, "expression");
        CronSource given = new CronSource(dialect, expression);
        if (expression.length() > LONGEST) {
            throw given.error(LONGEST, "it is longer than " + LONGEST + " characters");
        }
        String alias = expression.strip().toLowerCase(Locale.ROOT);
        if (alias.startsWith("@")) {
            return new CronExpression(dialect, alias, pattern(new CronSource(dialect, meaning(given, alias))));
        }
        List<Part> parts = parts(expression);
        String text = parts.stream()
                .map(each -> expression.substring(each.start(), each.end()))
                .collect(Collectors.joining(" "))
                .toUpperCase(Locale.ROOT);
        return new CronExpression(dialect, text, pattern(given));
    }

    private static String meaning(CronSource given, String alias) {
        String meaning = ALIASES.get(alias);
        if (meaning == null || given.dialect() == Dialect.QUARTZ) {
            throw given.error(
                    given.text().indexOf('@'),
                    given.dialect() == Dialect.QUARTZ
                            ? "quartz cron has no aliases"
                            : "no such alias; there are "
                                    + ALIASES.keySet().stream().sorted().toList());
        }
        return given.dialect() == Dialect.SPRING ? "0 " + meaning : meaning;
    }

    private static List<Part> parts(String text) {
        List<Part> parts = new ArrayList<>();
        int start = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || text.charAt(i) == ' ' || text.charAt(i) == '\t') {
                if (i > start) {
                    parts.add(new Part(start, i));
                }
                start = i + 1;
            }
        }
        return parts;
    }

    private static CronPattern pattern(CronSource source) {
        List<CronField> fields = CronField.of(source.dialect());
        List<Part> parts = parts(source.text());
        requireCount(source, parts, fields);
        Map<CronField, FieldValues> read = new EnumMap<>(CronField.class);
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            read.put(fields.get(i), new FieldParser(source, fields.get(i), part.start(), part.end()).parse());
        }
        requireOneOpenDay(source, parts, read);
        CronPattern pattern = new CronPattern(times(read), months(read), days(source.dialect(), read), years(read));
        if (!pattern.comesRound()) {
            throw source.error(
                    parts.get(fields.indexOf(CronField.DAY_OF_MONTH)).start(),
                    "no date has such a day, month and weekday");
        }
        return pattern;
    }

    private static void requireCount(CronSource source, List<Part> parts, List<CronField> fields) {
        int least = source.dialect() == Dialect.QUARTZ ? fields.size() - 1 : fields.size();
        if (parts.size() < least || parts.size() > fields.size()) {
            int position = parts.size() < least
                    ? source.text().length()
                    : parts.get(fields.size()).start();
            throw source.error(
                    position,
                    parts.size() + " fields, but " + Words.of(source.dialect()) + " cron has "
                            + (least < fields.size() ? least + " or " : "") + fields.size() + ": "
                            + fields.stream().map(CronField::label).collect(Collectors.joining(" ")));
        }
    }

    /** Quartz wants {@code ?} in exactly one of the two fields of days. */
    private static void requireOneOpenDay(CronSource source, List<Part> parts, Map<CronField, FieldValues> read) {
        boolean both = values(read, CronField.DAY_OF_MONTH).open()
                == values(read, CronField.DAY_OF_WEEK).open();
        if (source.dialect() == Dialect.QUARTZ && both) {
            throw source.error(
                    parts.get(CronField.of(Dialect.QUARTZ).indexOf(CronField.DAY_OF_WEEK))
                            .start(),
                    CronField.DAY_OF_WEEK,
                    "one of day-of-month and day-of-week must be ?, and the other not");
        }
    }

    private static FieldValues values(Map<CronField, FieldValues> read, CronField field) {
        return Objects.requireNonNull(read.get(field));
    }

    private static DayTimes times(Map<CronField, FieldValues> read) {
        FieldValues seconds = read.get(CronField.SECOND);
        return new DayTimes(
                seconds == null ? 1 : seconds.bits(),
                values(read, CronField.MINUTE).bits(),
                (int) values(read, CronField.HOUR).bits());
    }

    private static int months(Map<CronField, FieldValues> read) {
        return (int) values(read, CronField.MONTH).bits();
    }

    private static @Nullable BitSet years(Map<CronField, FieldValues> read) {
        FieldValues years = read.get(CronField.YEAR);
        return years == null ? null : years.values();
    }

    private static MonthTable days(Dialect dialect, Map<CronField, FieldValues> read) {
        FieldValues dates = values(read, CronField.DAY_OF_MONTH);
        FieldValues weekdays = values(read, CronField.DAY_OF_WEEK);
        DayRule plainDates = new Dates((int) dates.bits());
        DayRule plainWeekdays = new Weekdays((int) weekdays.bits());
        boolean either = dialect == Dialect.UNIX && !dates.star() && !weekdays.star();
        return MonthTable.of((length, first) -> {
            int byDate = dates.days(plainDates, length, first);
            int byWeekday = weekdays.days(plainWeekdays, length, first);
            return either ? byDate | byWeekday : byDate & byWeekday;
        });
    }
}
