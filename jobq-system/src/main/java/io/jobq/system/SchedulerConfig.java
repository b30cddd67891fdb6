package io.jobq.system;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The scheduler of this process. It is read and checked, but nothing fires schedules yet; {@link JobQSystem#start} logs a
 * warning where it is enabled.
 *
 * @param enabled whether this process fires schedules
 * @param lease how long a scheduler that shows no sign of life stays the one that fires
 * @param instance what it is called; null for a name of its own making
 * @param schedules by name
 */
public record SchedulerConfig(
        boolean enabled, Duration lease, @Nullable String instance, Map<String, ScheduleConfig> schedules) {
    /** Off, with a lease of 30 seconds. */
    public static final SchedulerConfig OFF = new SchedulerConfig(false, Duration.ofSeconds(30), null, Map.of());

    /** Checks and copies. */
    public SchedulerConfig {
        if (lease.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("lease must be at least 1 s, but is " + lease);
        }
        schedules = Collections.unmodifiableMap(new LinkedHashMap<>(schedules));
    }

    /** The same with another {@link #enabled()}. */
    public SchedulerConfig withEnabled(boolean changed) {
        return new SchedulerConfig(changed, lease, instance, schedules);
    }

    /** The same with one more schedule, or another one of its name. */
    public SchedulerConfig withSchedule(String name, ScheduleConfig schedule) {
        Map<String, ScheduleConfig> more = new LinkedHashMap<>(schedules);
        more.put(name, schedule);
        return new SchedulerConfig(enabled, lease, instance, more);
    }
}
