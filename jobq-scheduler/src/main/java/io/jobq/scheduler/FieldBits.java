package io.jobq.scheduler;

import com.cronutils.model.field.CronField;
import com.cronutils.model.field.CronFieldName;
import com.cronutils.model.field.constraint.FieldConstraints;
import com.cronutils.model.field.expression.And;
import com.cronutils.model.field.expression.Between;
import com.cronutils.model.field.expression.Every;
import com.cronutils.model.field.expression.FieldExpression;
import com.cronutils.model.field.expression.On;
import com.cronutils.model.field.value.FieldValue;
import io.jobq.scheduler.Cron.Dialect;
import io.jobq.scheduler.DayRule.Dates;
import io.jobq.scheduler.DayRule.NthWeekday;
import io.jobq.scheduler.DayRule.OneDate;
import io.jobq.scheduler.DayRule.Weekdays;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** What one field of a cron expression allows: cron-utils' tree as bits, and rules for days that no bits can say. */
final class FieldBits {
    private static final int WEEK = 7;

    private final Dialect dialect;
    private final CronField field;
    private final FieldConstraints limits;
    private final BitSet values = new BitSet();
    private final List<DayRule> rules = new ArrayList<>();

    FieldBits(Dialect dialect, CronField field) {
        this.dialect = dialect;
        this.field = field;
        this.limits = field.getConstraints();
        add(field.getExpression(), 1);
    }

    /** Values by themselves; weekdays from 0 for Sunday. */
    BitSet values() {
        return values;
    }

    /** The same for fields whose values are below 64. */
    long bits() {
        return values.toLongArray()[0];
    }

    boolean beginsWithStar() {
        return field.getExpression().asString().startsWith("*");
    }

    /** For the two fields of days. */
    DayRule days() {
        List<DayRule> all = new ArrayList<>(rules);
        int plain = values.isEmpty() ? 0 : (int) bits();
        all.add(isWeekday() ? new Weekdays(plain) : new Dates(plain));
        return (length, first) ->
                all.stream().mapToInt(each -> each.days(length, first)).reduce(0, (some, more) -> some | more);
    }

    private void add(FieldExpression expression, int step) {
        if (expression instanceof And items) {
            items.getExpressions().forEach(each -> add(each, 1));
        } else if (expression instanceof Every every) {
            int period = every.getPeriod().getValue();
            if (every.getExpression() instanceof On start) {
                addRange(start.getTime().getValue(), limits.getEndRange(), period);
            } else {
                add(every.getExpression(), period);
            }
        } else if (expression instanceof Between range) {
            addRange(number(range.getFrom()), number(range.getTo()), step);
        } else if (expression instanceof On on) {
            addOn(on);
        } else {
            addAll(step);
        }
    }

    /** {@code *} and {@code ?}. A week has seven days also where 0 and 7 are Sunday; Spring's begins on Monday. */
    private void addAll(int step) {
        int start = isWeekday() && dialect != Dialect.UNIX ? 1 : limits.getStartRange();
        addRange(start, isWeekday() ? start + WEEK - 1 : limits.getEndRange(), step);
    }

    private void addRange(int from, int to, int step) {
        int last = to < from ? to + cycle() : to;
        for (int value = from; value <= last; value += step) {
            values.set(normal(value));
        }
    }

    private void addOn(On on) {
        int value = on.getTime().getValue();
        switch (on.getSpecialChar().getValue()) {
            case W -> rules.add(new OneDate(value, false, true));
            case LW -> rules.add(new OneDate(0, true, true));
            case HASH -> rules.add(new NthWeekday(normal(value), on.getNth().getValue()));
            case L -> addLast(value, Math.max(0, on.getNth().getValue()));
            default -> values.set(normal(value));
        }
    }

    /** Quartz's {@code L} among weekdays is Saturday. */
    private void addLast(int weekday, int daysBefore) {
        if (!isWeekday()) {
            rules.add(new OneDate(daysBefore, true, false));
        } else if (weekday < 0) {
            values.set(DayRule.SATURDAY);
        } else {
            rules.add(new NthWeekday(normal(weekday), NthWeekday.LAST));
        }
    }

    private boolean isWeekday() {
        return field.getField() == CronFieldName.DAY_OF_WEEK;
    }

    private int cycle() {
        return isWeekday() ? WEEK : limits.getEndRange() - limits.getStartRange() + 1;
    }

    private int normal(int value) {
        int start = limits.getStartRange();
        int place = (value - start) % cycle();
        return isWeekday() ? place : place + start;
    }

    private static int number(FieldValue<?> value) {
        return (Integer) value.getValue();
    }
}
