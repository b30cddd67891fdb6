package io.jobq.scheduler;

import com.cronutils.model.field.CronFieldName;
import io.jobq.scheduler.Cron.Dialect;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A cron expression, read: its fields put together to a pattern. */
record CronExpression(Dialect dialect, String text, CronPattern pattern) {
    static CronExpression parse(Dialect dialect, String expression) {
        Objects.requireNonNull(dialect, "dialect");
        CronReader reader = new CronReader(dialect, Objects.requireNonNull(expression, "expression"));
        Map<CronFieldName, FieldBits> fields = new EnumMap<>(CronFieldName.class);
        reader.read().forEach((name, field) -> fields.put(name, new FieldBits(dialect, field)));
        CronPattern pattern = pattern(dialect, fields);
        if (!pattern.comesRound()) {
            throw reader.never();
        }
        return new CronExpression(dialect, reader.text(), pattern);
    }

    private static CronPattern pattern(Dialect dialect, Map<CronFieldName, FieldBits> fields) {
        @Nullable FieldBits seconds = fields.get(CronFieldName.SECOND);
        @Nullable FieldBits years = fields.get(CronFieldName.YEAR);
        DayTimes times = new DayTimes(
                seconds == null ? 1 : seconds.bits(),
                field(fields, CronFieldName.MINUTE).bits(),
                (int) field(fields, CronFieldName.HOUR).bits());
        int months = (int) field(fields, CronFieldName.MONTH).bits();
        return new CronPattern(times, months, days(dialect, fields), years == null ? null : years.values());
    }

    /** In crontabs a day fits if either field does, unless one of them begins with a star. */
    private static MonthTable days(Dialect dialect, Map<CronFieldName, FieldBits> fields) {
        FieldBits dates = field(fields, CronFieldName.DAY_OF_MONTH);
        FieldBits weekdays = field(fields, CronFieldName.DAY_OF_WEEK);
        boolean either = dialect == Dialect.UNIX && !dates.beginsWithStar() && !weekdays.beginsWithStar();
        DayRule byDate = dates.days();
        DayRule byWeekday = weekdays.days();
        return MonthTable.of((length, first) -> either
                ? byDate.days(length, first) | byWeekday.days(length, first)
                : byDate.days(length, first) & byWeekday.days(length, first));
    }

    private static FieldBits field(Map<CronFieldName, FieldBits> fields, CronFieldName name) {
        return Objects.requireNonNull(fields.get(name));
    }
}
