package io.jobq.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.JobHandler;
import io.jobq.WorkerOptions;
import io.jobq.scheduler.Interval;
import io.jobq.scheduler.Timetable;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class CrossCheckTest {
    static class Handlers {
        @JobHandler(value = "send_email", aliases = "mail")
        void sendEmail() {}

        @JobHandler("report")
        void report() {}
    }

    private static SystemConfig withTypes(String... types) {
        SystemConfig config = SystemConfig.DEFAULT;
        for (String each : types) {
            config = config.withType(each, TypeConfig.DEFAULT);
        }
        return config;
    }

    private static String logOf(Runnable action) {
        PrintStream before = System.err;
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        System.setErr(new PrintStream(output, true, StandardCharsets.UTF_8));
        try {
            action.run();
        } finally {
            System.setErr(before);
        }
        return output.toString(StandardCharsets.UTF_8);
    }

    static final class Bulky {
        @JobHandler(value = "resize", queue = "bulk", aliases = "scale")
        void resize() {}
    }

    private static void isRefused(Runnable start, String... problems) {
        assertThatThrownBy(start::run)
                .isInstanceOfSatisfying(
                        InvalidConfigException.class,
                        each -> assertThat(each.problems()).containsExactly(problems));
    }

    private static String stray(String type, String queue) {
        return "jobs of type '" + type + "' go to '" + queue
                + "', which is not among jobq.queues; allowed: critical; if"
                + " other processes serve it, list it with 'workers: 0'";
    }

    @Test
    void aQueueThatIsImpliedMustBeListedToo() {
        SystemConfig critical = SystemConfig.DEFAULT.withQueue("critical", QueueConfig.of(1, 1));
        isRefused(
                () -> JobQSystem.start(critical.withType("charge", TypeConfig.DEFAULT)),
                "jobq.types.charge.queue: " + stray("charge", "default"));
        isRefused(() -> JobQSystem.start(critical, new Bulky()), "jobq.types.resize.queue: " + stray("resize", "bulk"));
        isRefused(
                () -> JobQSystem.start(critical, builder -> builder.handlers(new Bulky())),
                "jobq.types.resize.queue: " + stray("resize", "bulk"));
        Timetable hourly = Timetable.of(Interval.every(Duration.ofHours(1), Instant.EPOCH));
        SchedulerConfig scheduler = SchedulerConfig.DEFAULT.withSchedule("hourly", ScheduleConfig.of(hourly, "report"));
        isRefused(
                () -> JobQSystem.start(critical.withScheduler(scheduler)),
                "jobq.scheduler.schedules.hourly.queue: " + stray("report", "default"));
    }

    @Test
    void aQueueThatIsListedOrThatCodeServesIsFine() {
        SystemConfig critical = SystemConfig.DEFAULT.withQueue("critical", QueueConfig.of(1, 1));
        SystemConfig named = critical.withType("resize", TypeConfig.DEFAULT.withQueue("critical"));
        JobQSystem.start(named, new Bulky()).close();
        JobQSystem.start(critical.withQueue("bulk", QueueConfig.of(1, 0)), new Bulky())
                .close();
        JobQSystem.start(
                        critical.withType("charge", TypeConfig.DEFAULT),
                        builder -> builder.worker(WorkerOptions.DEFAULT.queue("default", 1)))
                .close();
    }

    @Test
    void typesWithoutHandlerAreNamedUnlessTheProcessOnlyEnqueues() {
        SystemConfig config = withTypes("reprot", "report", "mail", "charge");
        assertThat(logOf(() -> JobQSystem.start(config, new Handlers()).close()))
                .contains(
                        "options are given for types [charge, reprot], for which no handler is here, so they matter only to"
                                + " jobs that are enqueued here; is each name spelt right? There are handlers for [report,"
                                + " send_email]\n");
        SystemConfig producer = config.withWorker(WorkerConfig.DEFAULT.withEnabled(false));
        assertThat(logOf(() -> JobQSystem.start(producer, new Handlers()).close()))
                .doesNotContain("options are given");
        assertThat(logOf(() -> JobQSystem.start(config).close())).doesNotContain("options are given");
    }
}
