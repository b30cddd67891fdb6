package io.jobq.scheduler;

/** Which days of a month count. It depends only on the month's length and on the weekday of its first day. */
interface DayRule {
    int SUNDAY = 0;
    int SATURDAY = 6;

    /**
     * The days as bits 1 to 31.
     *
     * @param length of the month, 28 to 31
     * @param first weekday of its first day, 0 for Sunday
     */
    int days(int length, int first);

    /** Dates, as bits 1 to 31. */
    record Dates(int bits) implements DayRule {
        @Override
        public int days(int length, int first) {
            return bits & (int) ((2L << length) - 2);
        }
    }

    /** Weekdays, as bits 0 (Sunday) to 6. */
    record Weekdays(int bits) implements DayRule {
        @Override
        public int days(int length, int first) {
            int found = 0;
            for (int day = 1; day <= length; day++) {
                found |= (bits >> ((first + day - 1) % 7) & 1) << day;
            }
            return found;
        }
    }

    /**
     * One date, or the weekday from Monday to Friday nearest to it within the month.
     *
     * @param number the date, or if counted from the end, how many days before the last
     */
    record OneDate(int number, boolean fromEnd, boolean nearestWeekday) implements DayRule {
        @Override
        public int days(int length, int first) {
            int day = fromEnd ? length - number : number;
            if (day < 1 || day > length) {
                return 0;
            }
            return 1 << (nearestWeekday ? nearest(day, length, (first + day - 1) % 7) : day);
        }

        private static int nearest(int day, int length, int weekday) {
            return switch (weekday) {
                case SATURDAY -> day > 1 ? day - 1 : day + 2;
                case SUNDAY -> day < length ? day + 1 : day - 2;
                default -> day;
            };
        }
    }

    /**
     * The first, second … or last of a weekday in the month.
     *
     * @param nth 1 to 5, or {@link #LAST}
     */
    record NthWeekday(int weekday, int nth) implements DayRule {
        static final int LAST = 0;

        @Override
        public int days(int length, int first) {
            int earliest = 1 + Math.floorMod(weekday - first, 7);
            int weeks = nth == LAST ? (length - earliest) / 7 : nth - 1;
            int day = earliest + 7 * weeks;
            return day > length ? 0 : 1 << day;
        }
    }
}
