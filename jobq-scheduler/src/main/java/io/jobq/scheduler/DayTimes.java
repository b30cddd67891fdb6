package io.jobq.scheduler;

/** Times of day, as sets of seconds, minutes and hours, each a bit per value and none empty. */
record DayTimes(long seconds, long minutes, int hours) {
    private static final int EVERY_HOUR = (1 << 24) - 1;

    boolean everyHour() {
        return hours == EVERY_HOUR;
    }

    int first() {
        return time(lowest(hours, 0), lowest(minutes, 0), lowest(seconds, 0));
    }

    /** The first time of day, in seconds, at or after this; -1 if there is none left. */
    int next(int secondOfDay) {
        int hour = secondOfDay / 3_600;
        int minute = secondOfDay / 60 % 60;
        if ((hours >> hour & 1) != 0) {
            if ((minutes >> minute & 1) != 0) {
                int second = lowest(seconds, secondOfDay % 60);
                if (second >= 0) {
                    return time(hour, minute, second);
                }
            }
            int later = lowest(minutes, minute + 1);
            if (later >= 0) {
                return time(hour, later, lowest(seconds, 0));
            }
        }
        int later = lowest(hours, hour + 1);
        return later < 0 ? -1 : time(later, lowest(minutes, 0), lowest(seconds, 0));
    }

    private static int time(int hour, int minute, int second) {
        return (hour * 60 + minute) * 60 + second;
    }

    /** The lowest value of the set that is not below this, at most 60; -1 if there is none. */
    static int lowest(long set, int from) {
        long rest = set >>> from;
        return rest == 0 ? -1 : from + Long.numberOfTrailingZeros(rest);
    }
}
