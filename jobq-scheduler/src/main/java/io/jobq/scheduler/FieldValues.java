package io.jobq.scheduler;

import java.util.BitSet;
import java.util.List;

/**
 * What one field of a cron expression allows.
 *
 * @param values plain values, as {@link CronField#normal} numbers them
 * @param rules days by rules such as {@code LW}; empty for other fields than days
 * @param star whether the field begins with {@code *}, or stands for any day
 * @param open whether it is {@code ?}
 */
record FieldValues(BitSet values, List<DayRule> rules, boolean star, boolean open) {
    long bits() {
        long[] words = values.toLongArray();
        return words.length == 0 ? 0 : words[0];
    }

    /** The days of a month that the field allows, as bits 1 to 31. */
    int days(DayRule plain, int length, int first) {
        int found = plain.days(length, first);
        for (DayRule each : rules) {
            found |= each.days(length, first);
        }
        return found;
    }
}
