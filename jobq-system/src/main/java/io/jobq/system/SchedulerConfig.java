package io.jobq.system;

import io.jobq.spi.DurationText;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The scheduler of this process, and the schedules that it stores at its start, as {@link
 * io.jobq.scheduler.Scheduler#schedule(io.jobq.scheduler.Schedule)} does.
 *
 * @param enabled whether this process stores its schedules and takes part in firing; null if it has any, configured here or
 *     {@link io.jobq.scheduler.Scheduled} methods of its handlers
 * @param lease how long after its leader's death another scheduler leads
 * @param instance what it is called; null for a name of its own making
 * @param schedules by name
 */
public record SchedulerConfig(
        @Nullable Boolean enabled, Duration lease, @Nullable String instance, Map<String, ScheduleConfig> schedules) {
    /** On if there is anything to schedule, with a lease of 30 seconds. */
    public static final SchedulerConfig DEFAULT = new SchedulerConfig(null, Duration.ofSeconds(30), null, Map.of());

    /** Checks and copies. */
    public SchedulerConfig {
        if (lease.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("lease must be at least 1 s, but is " + DurationText.of(lease));
        }
        schedules = Collections.unmodifiableMap(new LinkedHashMap<>(schedules));
    }

    boolean isOn(boolean methodsAreScheduled) {
        return enabled != null ? enabled : methodsAreScheduled || !schedules.isEmpty();
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
