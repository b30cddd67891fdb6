package io.jobq.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.jobq.JobHandler;
import io.jobq.redis.RedisOptions;
import io.jobq.scheduler.Interval;
import io.jobq.scheduler.Scheduled;
import io.jobq.scheduler.Timetable;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When there is a scheduler, and whose schedules it has. */
@Timeout(60)
class SystemSchedulerTest {
    private static final ScheduleConfig HOURLY =
            ScheduleConfig.of(Timetable.of(Interval.every(Duration.ofHours(1), Instant.EPOCH)), "report");

    static final class Reports {
        @JobHandler("report")
        void report() {}
    }

    static final class Ticking {
        @JobHandler("tick")
        @Scheduled(every = "PT1S")
        void tick() {}
    }

    @Test
    void scheduledHandlersTickUnlessTheSchedulerIsOff() {
        try (JobQSystem system = JobQSystem.start(SystemConfig.DEFAULT, new Ticking())) {
            assertThat(system.scheduler().orElseThrow().find("tick")).isPresent();
        }
        SystemConfig off = SystemConfig.from(Map.of("jobq.scheduler.enabled", "false", "jobq.scheduler.lease", "9s"));
        try (JobQSystem system = JobQSystem.start(off, new Ticking())) {
            assertThat(system.scheduler()).isEmpty();
        }
    }

    @Test
    void schedulesOfTheFileStartAScheduler() {
        SchedulerConfig hourly = SchedulerConfig.DEFAULT.withSchedule("report", HOURLY);
        try (JobQSystem system = JobQSystem.start(SystemConfig.DEFAULT.withScheduler(hourly))) {
            assertThat(system.scheduler().orElseThrow().find("report")).isPresent();
        }
        SystemConfig off = SystemConfig.DEFAULT.withScheduler(hourly.withEnabled(false));
        try (JobQSystem system = JobQSystem.start(off)) {
            assertThat(system.scheduler()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"enabled,true", "lease,10s", "instance,one"})
    void whateverIsSaidOfAnEmptySchedulerStartsIt(String key, String value) {
        SystemConfig described = SystemConfig.from(Map.of("jobq.scheduler." + key, value));
        try (JobQSystem system = JobQSystem.start(described, new Reports())) {
            assertThat(system.scheduler()).isPresent();
        }
    }

    static class Named {
        @JobHandler("sweep")
        @Scheduled(name = "hourly", every = "PT1H")
        void sweep() {}
    }

    static final class Renamed extends Named {
        @Override
        @JobHandler("sweep")
        @Scheduled(name = "daily", every = "PT24H")
        void sweep() {}
    }

    @Test
    void aScheduleOfTheFileAndAMethodMustNotHaveOneName() {
        SystemConfig config = SystemConfig.DEFAULT.withScheduler(SchedulerConfig.DEFAULT
                .withSchedule("tick", HOURLY)
                .withSchedule("hourly", HOURLY)
                .withSchedule("sweep", HOURLY));
        assertThatThrownBy(() -> JobQSystem.start(config, new Ticking()))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessage("jobq.scheduler.schedules.tick: is also the name of the @Scheduled method "
                        + Ticking.class.getName()
                        + ".tick, and the two would replace each other at each start; remove one of them, or give it"
                        + " another name");
        assertThatThrownBy(() -> JobQSystem.start(config, new Reports(), new Named()))
                .hasMessageStartingWith("jobq.scheduler.schedules.hourly: ");
        JobQSystem.start(config, new Renamed()).close();
    }

    @Test
    void withoutSchedulesThereIsNoScheduler() {
        try (JobQSystem system = JobQSystem.start(SystemConfig.DEFAULT, new Reports())) {
            assertThat(system.scheduler()).isEmpty();
        }
    }

    private static String health(JobQSystem system) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + system.port().getAsInt() + "/health");
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @Test
    void healthTellsWhoLeads() throws Exception {
        SystemConfig config = SystemConfig.DEFAULT.withMetrics(MetricsConfig.on(0));
        try (JobQSystem without = JobQSystem.start(config, new Reports())) {
            assertThat(health(without)).endsWith(",\"scheduler\":\"none\"}");
        }
        try (TestRedis redis = TestRedis.start()) {
            RedisOptions options = RedisOptions.of(redis.uri).withPrefix(redis.prefix);
            SystemConfig shared = config.withStorage(new StorageConfig.Redis(options));
            JobQSystem first = JobQSystem.start(shared, new Ticking());
            await().untilAsserted(() -> assertThat(health(first)).endsWith(",\"scheduler\":\"leader\"}"));
            try (JobQSystem second = JobQSystem.start(shared, new Ticking())) {
                assertThat(health(second)).endsWith(",\"scheduler\":\"standby\"}");
                first.close();
                await().untilAsserted(() -> assertThat(health(second)).endsWith(",\"scheduler\":\"leader\"}"));
            } finally {
                first.close();
            }
        }
    }

    /** Standard error, which fails as a full disk would, for one thread. */
    private static final class FailingFor extends PrintStream {
        private final String thread;

        FailingFor(String thread, PrintStream otherwise) {
            super(otherwise, true);
            this.thread = thread;
        }

        @Override
        public void println(@Nullable String line) {
            if (Thread.currentThread().getName().equals(thread)) {
                throw new UncheckedIOException(new IOException("no space left"));
            }
            super.println(line);
        }
    }

    @Test
    void aDeadSchedulerThreadTurnsHealthDown() throws Exception {
        SystemConfig config = SystemConfig.from(Map.of(
                "jobq.scheduler.instance", "mortal", "jobq.metrics.port", "0", "jobq.worker.fallback-poll", "1s"));
        PrintStream before = System.err;
        System.setErr(new FailingFor("jobq-scheduler-mortal", before));
        try (JobQSystem system = JobQSystem.start(config, new Ticking())) {
            await().dontCatchUncaughtExceptions()
                    .untilAsserted(() -> assertThat(health(system))
                            .startsWith("{\"status\":\"down\",\"problems\":[\"scheduler mortal: its thread has died;"));
            System.setErr(before);
            system.scheduler().orElseThrow().stop();
            system.scheduler().orElseThrow().start();
            assertThat(health(system)).startsWith("{\"status\":\"up\"");
        } finally {
            System.setErr(before);
        }
    }
}
