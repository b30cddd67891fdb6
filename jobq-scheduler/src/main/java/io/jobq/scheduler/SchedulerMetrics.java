package io.jobq.scheduler;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** Meters of a scheduler; docs/metrics.md lists them. */
final class SchedulerMetrics {
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(20),
        Duration.ofMillis(50),
        Duration.ofMillis(200),
        Duration.ofSeconds(1),
        Duration.ofSeconds(10),
        Duration.ofMinutes(1)
    };

    private final Counter fired;
    private final Counter skipped;
    private final Timer lateness;
    private final AtomicLong schedules = new AtomicLong();

    SchedulerMetrics(MeterRegistry registry, Scheduler scheduler) {
        fired = Counter.builder("jobq.scheduler.ticks").tag("result", "fired").register(registry);
        skipped =
                Counter.builder("jobq.scheduler.ticks").tag("result", "skipped").register(registry);
        lateness = Timer.builder("jobq.scheduler.lateness")
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
        Gauge.builder("jobq.scheduler.schedules", schedules, AtomicLong::get).register(registry);
        Gauge.builder("jobq.scheduler.leader", scheduler, each -> each.isLeader() ? 1 : 0)
                .register(registry);
    }

    void schedules(int count) {
        schedules.set(count);
    }

    void fired(Ticker.Firing firing, Instant now) {
        fired.increment(firing.jobs().size());
        skipped.increment(
                (double) (firing.reached().skipped() - firing.tracked().progress.skipped()));
        Instant onTime = now.minus(firing.tracked().schedule.terms().misfire().grace());
        firing.plan().fire().stream()
                .filter(tick -> tick.isAfter(onTime))
                .forEach(tick -> lateness.record(Duration.between(tick, now)));
    }
}
