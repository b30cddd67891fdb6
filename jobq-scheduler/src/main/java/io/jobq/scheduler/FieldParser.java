package io.jobq.scheduler;

import io.jobq.scheduler.Cron.Dialect;
import io.jobq.scheduler.DayRule.NthWeekday;
import io.jobq.scheduler.DayRule.OneDate;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Reads one field of a cron expression from left to right. Used once, by one thread. */
final class FieldParser {
    private static final int MOST_DIGITS = 4;
    private static final int FARTHEST_FROM_END = 30;

    private final CronSource source;
    private final Dialect dialect;
    private final CronField field;
    private final int end;
    private int position;

    private final BitSet values = new BitSet();
    private final List<DayRule> rules = new ArrayList<>();

    FieldParser(CronSource source, CronField field, int start, int end) {
        this.source = source;
        this.dialect = source.dialect();
        this.field = field;
        this.position = start;
        this.end = end;
    }

    FieldValues parse() {
        boolean open = extended() && accept('?');
        boolean star = open || sees('*');
        if (open) {
            addRange(field.starMin(dialect), field.starMax(dialect), 1);
        } else {
            do {
                item();
            } while (accept(','));
        }
        if (position < end) {
            throw unexpected();
        }
        return new FieldValues(values, List.copyOf(rules), star, open);
    }

    /** Whether the field has more than values, ranges and steps. */
    private boolean extended() {
        return dialect != Dialect.UNIX && field.isDay();
    }

    private void item() {
        if (accept('*')) {
            addRange(field.starMin(dialect), field.starMax(dialect), accept('/') ? step() : 1);
        } else if (extended() && sees('L')) {
            last();
        } else {
            int value = value();
            if (!extended() || !rule(value)) {
                range(value);
            }
        }
    }

    /** {@code L}, {@code L-3}, {@code LW}, {@code L-3W}; of weekdays only {@code L}, which in Quartz is Saturday. */
    private void last() {
        int start = position++;
        if (field == CronField.DAY_OF_MONTH) {
            int before = accept('-') ? number(1, FARTHEST_FROM_END, "days before the last") : 0;
            if (before > 0 && dialect == Dialect.SPRING && sees('W')) {
                throw unexpected();
            }
            rules.add(new OneDate(before, true, accept('W')));
        } else if (dialect == Dialect.QUARTZ) {
            values.set(DayRule.SATURDAY);
        } else {
            throw source.error(start, field, "'L' needs a weekday before it, such as FRIL");
        }
    }

    /** {@code 15W}, {@code FRIL}, {@code FRI#2}; false if nothing of that follows the value. */
    private boolean rule(int value) {
        if (field == CronField.DAY_OF_MONTH) {
            return accept('W') && rules.add(new OneDate(value, false, true));
        }
        int weekday = field.normal(dialect, value);
        if (accept('L')) {
            return rules.add(new NthWeekday(weekday, NthWeekday.LAST));
        }
        return accept('#') && rules.add(new NthWeekday(weekday, number(1, 5, "which of them in the month")));
    }

    private void range(int from) {
        boolean single = !accept('-');
        int start = position;
        int to = single ? from : value();
        if (field == CronField.YEAR && to < from) {
            throw source.error(start, field, "the range ends before it begins");
        }
        if (single && sees('/')) {
            to = endOfOpenRange(from);
        }
        addRange(from, to, accept('/') ? step() : 1);
    }

    private int endOfOpenRange(int from) {
        if (dialect == Dialect.UNIX) {
            throw source.error(
                    position,
                    field,
                    "a step needs a range before it, such as " + from + "-" + field.starMax(dialect) + "/…");
        }
        return field.max();
    }

    private void addRange(int from, int to, int step) {
        int last = to < from ? to + field.cycle() : to;
        for (int value = from; value <= last; value += step) {
            values.set(field.normal(dialect, value));
        }
    }

    private int step() {
        return number(1, field == CronField.YEAR ? field.cycle() - 1 : field.max(), "a step");
    }

    private int value() {
        if (position < end && Character.isLetter(source.at(position))) {
            return name();
        }
        return number(field.min(dialect), field.max(), "a value");
    }

    private int name() {
        int stop = Math.min(position + 3, end);
        StringBuilder name = new StringBuilder();
        for (int i = position; i < stop; i++) {
            name.append(source.at(i));
        }
        int value = field.named(dialect, name.toString());
        if (value < 0) {
            throw unexpected();
        }
        position = stop;
        return value;
    }

    private int number(int min, int max, String what) {
        int start = position;
        while (position < end && source.at(position) >= '0' && source.at(position) <= '9') {
            position++;
        }
        if (position == start) {
            throw position < end ? unexpected() : source.error(position, field, what + " is missing");
        }
        String digits = source.text().substring(start, position);
        int number = digits.length() > MOST_DIGITS ? Integer.MAX_VALUE : Integer.parseInt(digits);
        if (number < min || number > max) {
            throw source.error(start, field, Words.quote(digits) + " is not " + min + " to " + max + " (" + what + ")");
        }
        return number;
    }

    private CronSyntaxException unexpected() {
        int stop = position;
        while (stop < end && Character.isLetter(source.at(stop))) {
            stop++;
        }
        String token = source.text().substring(position, Math.max(stop, position + 1));
        return source.error(position, field, Words.quote(token) + " is not expected here");
    }

    private boolean sees(char c) {
        return position < end && source.at(position) == c;
    }

    private boolean accept(char c) {
        boolean there = sees(c);
        if (there) {
            position++;
        }
        return there;
    }
}
