package io.jobq.scheduler;

import java.time.LocalDate;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A calendar of dates on which nothing runs, such as holidays. A date is that of the tick in its trigger's zone; for a
 * local time that was made up after a gap, that of the run.
 *
 * @param dates at most 10,000, in the years 1 to 9999; copied
 */
public record ExcludedDates(SortedSet<LocalDate> dates) {
    /** No date. */
    public static final ExcludedDates NONE = new ExcludedDates(new TreeSet<>());

    private static final int MOST = 10_000;

    /** Checks ranges. */
    public ExcludedDates {
        if (dates.size() > MOST) {
            throw new IllegalArgumentException("at most " + MOST + " dates can be excluded, not " + dates.size());
        }
        for (LocalDate each : dates) {
            if (each.getYear() < 1 || each.getYear() > 9_999) {
                throw new IllegalArgumentException("an excluded date must be in the years 1 to 9999, but is " + each);
            }
        }
        dates = Collections.unmodifiableSortedSet(new TreeSet<>(dates));
    }

    /** These. */
    public static ExcludedDates of(LocalDate... dates) {
        return of(Arrays.asList(dates));
    }

    /** These, each counted once. */
    public static ExcludedDates of(Collection<LocalDate> dates) {
        for (LocalDate each : dates) {
            Objects.requireNonNull(each, "date");
        }
        return new ExcludedDates(new TreeSet<>(dates));
    }

    /** These and others. */
    public ExcludedDates and(ExcludedDates others) {
        TreeSet<LocalDate> all = new TreeSet<>(dates);
        all.addAll(others.dates);
        return new ExcludedDates(all);
    }

    /** Whether nothing runs on this date. */
    public boolean contains(LocalDate date) {
        return dates.contains(date);
    }

    /** The first date from this one on that is not excluded. */
    LocalDate firstFree(LocalDate from) {
        LocalDate date = from;
        while (contains(date)) {
            date = date.plusDays(1);
        }
        return date;
    }
}
