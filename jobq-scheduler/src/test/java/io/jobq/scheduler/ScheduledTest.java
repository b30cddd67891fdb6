package io.jobq.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.jobq.JacksonCodec;
import io.jobq.Job;
import io.jobq.JobContext;
import io.jobq.JobHandler;
import io.jobq.JobId;
import io.jobq.JobQ;
import io.jobq.JobQException;
import io.jobq.PayloadCodec;
import io.jobq.codec.EncryptingCodec;
import io.jobq.codec.EncryptionKeys;
import io.jobq.memory.InMemoryStorage;
import io.jobq.spi.Guard;
import io.jobq.spi.Registry.Entry;
import io.jobq.spi.Retention;
import io.jobq.spi.Storage;
import io.jobq.testkit.ManualClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Annotated schedules, what may not be scheduled, and a scheduler on its own thread. */
class ScheduledTest extends SchedulerFixture {
    @Override
    public Storage create(Retention retention, ManualClock clock) {
        return new InMemoryStorage(retention, clock);
    }

    static class Reports {
        @JobHandler(value = "report", queue = "other")
        @Scheduled(
                cron = "0 9 * * MON-FRI",
                zone = "America/New_York",
                jitter = "PT1M",
                misfire = Misfire.Kind.CATCH_UP,
                catchUp = 3,
                overlap = Overlap.QUEUE_ONE)
        void report() {}

        @JobHandler("clean")
        @Scheduled(name = "nightly", every = "PT24H")
        void clean(JobContext job) {}
    }

    static class NoHandler {
        @Scheduled(every = "PT1M")
        void run() {}
    }

    static class WithPayload {
        @JobHandler("w")
        @Scheduled(every = "PT1M")
        void run(String payload) {}
    }

    static class Both {
        @JobHandler("b")
        @Scheduled(every = "PT1M", cron = "* * * * *")
        void run() {}
    }

    static class Wrong {
        @JobHandler("x")
        @Scheduled(cron = "61 * * * *")
        void run() {}
    }

    @Test
    void methodsSayWhenTheyRun() {
        Scheduler a = scheduler("a");
        a.schedules(new Reports());
        assertThat(a.list()).extracting(ScheduleInfo::name).containsExactly("nightly", "report");
        ScheduleInfo report = info(a, "report");
        assertThat(report.timetable())
                .isEqualTo(Timetable.of(Cron.unix("0 9 * * MON-FRI", ZoneId.of("America/New_York")))
                        .jitter(Duration.ofMinutes(1)));
        assertThat(report.target()).isEqualTo(new ScheduleInfo.Target("report", "other"));
        assertThat(report.misfire()).isEqualTo(Misfire.catchUp(3));
        assertThat(report.overlap()).isEqualTo(Overlap.QUEUE_ONE);
        assertThat(info(a, "nightly").timetable())
                .isEqualTo(Timetable.of(Interval.every(Duration.ofHours(24), Instant.EPOCH)));
    }

    @Test
    void theyGoWhereTheSystemHasTheirType() throws Exception {
        JobQ jobq = JobQ.builder()
                .storage(storage())
                .type("report", options -> options.withQueue("bulk"))
                .producerOnly()
                .build();
        try (Scheduler a = Scheduler.of(jobq).build()) {
            a.schedules(new Reports());
            assertThat(info(a, "report").target().queue()).isEqualTo("bulk");
            assertThat(info(a, "nightly").target().queue()).isEqualTo("default");
        }
    }

    @Test
    void oneNameIsForOneMethod() {
        Scheduler a = scheduler("a");
        assertThatThrownBy(() -> a.schedules(new Reports(), new Reports()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("two @Scheduled methods have the name")
                .hasMessageContaining(Reports.class.getName());
        assertThat(a.list()).isEmpty();
    }

    @Test
    void sayingTheSameAgainIsTheSameHoweverItIsEncoded() {
        PayloadCodec codec = new EncryptingCodec(
                new JacksonCodec(), new EncryptionKeys("k", Map.of("k", new SecretKeySpec(new byte[32], "AES"))));
        JobQ jobq =
                JobQ.builder().storage(storage()).codec(codec).producerOnly().build();
        try (Scheduler a = Scheduler.of(jobq).build()) {
            assertThat(a.schedule("s", every(Duration.ofMinutes(1)), Job.of("w", Map.of("a", 1, "b", 2))))
                    .isTrue();
            Map<String, Integer> otherOrder = new LinkedHashMap<>();
            otherOrder.put("b", 2);
            otherOrder.put("a", 1);
            assertThat(a.schedule("s", every(Duration.ofMinutes(1)), Job.of("w", otherOrder)))
                    .isFalse();
            assertThat(a.schedule("s", every(Duration.ofMinutes(1)), Job.of("w", Map.of("a", 1, "b", 3))))
                    .isTrue();
        }
    }

    @Test
    void whatStartsPausedIsPausedOnlyWhenItIsNew() {
        Scheduler a = scheduler("a");
        Schedule paused = each(Duration.ofMinutes(1)).startPaused();
        assertThat(a.schedule(paused)).isTrue();
        run(Duration.ofMinutes(2), a);
        assertThat(jobs()).isEmpty();
        a.resume("s");
        assertThat(a.schedule(paused)).isFalse();
        assertThat(info(a, "s").pausedSince()).isNull();
        run(Duration.ofMinutes(1), a);
        assertThat(jobs()).hasSize(1);
    }

    @Test
    void whatDoesNotFitIsRefusedByName() {
        Scheduler a = scheduler("a");
        for (Object wrong : List.of(new NoHandler(), new WithPayload(), new Both(), new Wrong(), new Object())) {
            assertThatThrownBy(() -> a.schedules(new Reports(), wrong))
                    .as(wrong.getClass().getSimpleName())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(wrong.getClass().getName());
        }
        assertThat(a.list()).isEmpty();
    }

    @Test
    void whatOnlyOneJobCanHaveIsRefused() {
        List<Job> wrong = List.of(
                WORK.id(JobId.next()),
                WORK.unique("k"),
                WORK.delay(Duration.ofSeconds(1)),
                WORK.runAt(Instant.EPOCH),
                WORK.expiresAt(Instant.EPOCH));
        for (Job each : wrong) {
            assertThatThrownBy(() -> Schedule.of("s", every(Duration.ofSeconds(1)), each))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("the job of schedule 's' has ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a\nb", "{a}"})
    void hostileNamesAreRefused(String name) {
        assertThatThrownBy(() -> Schedule.of(name, every(Duration.ofSeconds(1)), WORK))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("name");
        assertThatThrownBy(() -> scheduler("a").delete(name)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aHugePayloadIsRefused() {
        Scheduler a = scheduler("a");
        assertThatThrownBy(() -> a.schedule("s", every(Duration.ofSeconds(1)), Job.of("x", "y".repeat(400_000))))
                .isInstanceOf(JobQException.class)
                .hasMessageContaining("smaller payload");
        assertThat(a.list()).isEmpty();
    }

    @Test
    void whenTheClockIsPutBackTicksWaitAndNoneComesTwice() {
        Scheduler a = scheduler("a");
        a.schedule(each(Duration.ofMinutes(1)));
        Instant start = since("s");
        run(Duration.ofMinutes(5), a);
        clock.advance(Duration.ofHours(-1));
        run(Duration.ofMinutes(70), a);
        assertThat(a.isLeader()).isTrue();
        assertTicks("s", every(Duration.ofMinutes(1)), start);
    }

    @Test
    void whenTheClockJumpsAheadWhatItLeapsOverIsMissed() {
        Scheduler a = scheduler("a");
        a.schedule(each(Duration.ofMinutes(1)).misfire(Misfire.catchUp(3)));
        run(Duration.ofMinutes(2), a);
        int before = jobs().size();
        clock.advance(Duration.ofDays(2));
        run(Duration.ofSeconds(1), a);
        assertThat(jobs()).hasSizeBetween(before + 3, before + 4);
    }

    @Test
    void aProgressThatCannotBeReadKeepsNoOtherFromTicking() {
        Scheduler a = scheduler("a");
        a.schedule("odd", every(Duration.ofMinutes(1)), WORK);
        a.schedule(each(Duration.ofMinutes(1)));
        storage().registry().put(new Entry(Guard.kind("default"), "odd", "{\"new\":1}", 0), -1, null);
        run(Duration.ofMinutes(3), a);
        assertThat(ticks("odd")).isEmpty();
        assertThat(ticks("s")).hasSizeGreaterThanOrEqualTo(3);
    }

    @Test
    void whatAnotherReleaseHasStoredIsLeftAlone() {
        Entry schedule = new Entry(StoredSchedule.KIND, "odd", "{\"terms\":{\"new\":1}}", 0);
        Entry progress =
                new Entry(Guard.kind("default"), "odd", Progress.from(now()).json(), 0);
        storage().registry().put(schedule, 0, null);
        storage().registry().put(progress, 0, null);
        scheduler("x").schedule(each(Duration.ofMinutes(1)));
        clock.advance(Duration.ofHours(5));
        run(Duration.ofSeconds(1), scheduler("a"));
        assertThat(storage().registry().list(Guard.kind("default")))
                .extracting(Entry::key)
                .containsExactly("odd", "s");
    }

    @Test
    void aLeadersEntryThatCannotBeReadKeepsNobodyFromLeading() {
        for (String json : List.of("{\"new\":1}", "{}", "{\"instance\":\"x\",\"until\":\"later\"}")) {
            storage().registry().put(new Entry("scheduler", "leader", json, 0), -1, null);
            Scheduler a = scheduler("a" + json.length());
            run(Duration.ofSeconds(1), a);
            assertThat(a.isLeader()).as(json).isTrue();
        }
    }

    @Test
    void onItsOwnThreadItTicksInRealTime() throws Exception {
        BlockingQueue<Instant> ran = new LinkedBlockingQueue<>();
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        try (JobQ jobq = JobQ.builder()
                        .handle(
                                "tick",
                                Void.class,
                                (nothing, job) -> ran.add(Scheduler.tickOf(job).orElseThrow()))
                        .closeOnShutdown(false)
                        .start();
                Scheduler first = Scheduler.of(jobq)
                        .instance("first")
                        .meterRegistry(meters)
                        .start();
                Scheduler second = Scheduler.of(jobq).instance("second").start()) {
            second.schedule(Schedule.of("s", every(Duration.ofSeconds(1)), Job.of("tick"))
                    .overlap(Overlap.ALLOW));
            Instant one = ran.poll(10, TimeUnit.SECONDS);
            first.close();
            Instant two = ran.poll(10, TimeUnit.SECONDS);
            assertThat(two).isEqualTo(one.plusSeconds(1));
            assertThatThrownBy(first::start).isInstanceOf(JobQException.class);
        }
        assertThat(meters.find("jobq.scheduler.leader").gauge()).isNotNull();
    }

    static final class Ticking {
        @JobHandler("tick")
        @Scheduled(every = "PT1H")
        void tick() {}
    }

    static final class Forgotten {
        @JobHandler("forgotten")
        @Scheduled(name = "hourly", every = "PT1H")
        void forgotten() {}
    }

    @Test
    void aScheduledMethodThatNoSchedulerWasGivenIsNamedInTheLog() {
        PrintStream before = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        Ticking ticking = new Ticking();
        try (JobQ jobq = JobQ.builder()
                        .handlers(ticking, new Forgotten())
                        .closeOnShutdown(false)
                        .start();
                Scheduler scheduler = Scheduler.of(jobq).build()) {
            scheduler.schedules(ticking);
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(log.toString(StandardCharsets.UTF_8))
                            .contains(
                                    "Forgotten.forgotten is @Scheduled, but there is no schedule 'hourly', so it does not tick;"
                                            + " start a Scheduler and give its schedules(…) the object"));
            assertThat(log.toString(StandardCharsets.UTF_8)).doesNotContain("Ticking.tick");
        } finally {
            System.setErr(before);
        }
    }
}
