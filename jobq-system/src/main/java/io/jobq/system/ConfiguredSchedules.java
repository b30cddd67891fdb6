package io.jobq.system;

import io.jobq.Job;
import io.jobq.JobQ;
import io.jobq.scheduler.Schedule;
import io.jobq.scheduler.Scheduler;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The scheduler of a configuration, and the schedules that it declares. */
record ConfiguredSchedules(SchedulerConfig config) {
    private static final JsonMapper MAPPER = JsonMapper.shared();

    /** A configured schedule and an annotated one of the same name would replace each other at each start. */
    void findNamesakes(Map<String, String> annotated, Problems problems) {
        annotated.forEach((name, method) -> {
            if (config.schedules().containsKey(name)) {
                problems.add(
                        Keys.SCHEDULES + name,
                        "is also the name of the @Scheduled method " + method
                                + ", and the two would replace each other at each start; remove one of them, or give it"
                                + " another name");
            }
        });
    }

    Scheduler scheduler(JobQ jobq, @Nullable MeterRegistry meters) {
        Scheduler.Builder builder = Scheduler.of(jobq).lease(config.lease());
        if (config.instance() != null) {
            builder.instance(config.instance());
        }
        if (meters != null) {
            builder.meterRegistry(meters);
        }
        return builder.build();
    }

    /** Stores them. */
    void declare(Scheduler scheduler) {
        config.schedules().forEach((name, each) -> {
            Schedule schedule = schedule(name, each);
            scheduler.schedule(each.paused() ? schedule.startPaused() : schedule);
        });
    }

    private static Schedule schedule(String name, ScheduleConfig config) {
        Job job = config.payload() == null
                ? Job.of(config.type())
                : Job.of(config.type(), MAPPER.readTree(config.payload()));
        Schedule schedule = Schedule.of(name, config.timetable(), job)
                .misfire(config.misfire())
                .overlap(config.overlap());
        return config.queue() == null ? schedule : schedule.queue(config.queue());
    }
}
