package io.jobq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.memory.InMemoryStorage;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import io.jobq.spi.Payload;
import io.jobq.spi.Storage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever callers and storage may come up with gets a clear answer and disturbs nothing else. */
@Timeout(30)
class BadInputTest {
    record Card(String number, int cents) {}

    private final JobQ jobq = JobQ.builder().build();

    @AfterEach
    void close() {
        jobq.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "a\nb", "a{b}"})
    void badNamesAreRefused(String name) {
        assertThatThrownBy(() -> jobq.queue(name)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Job.of(name, 1)).hasMessageContaining("job type");
        assertThatThrownBy(() -> Job.of("x", 1).tenant(name)).hasMessageContaining("tenant");
        assertThatThrownBy(() -> JobQ.builder().handle(name, String.class, (p, j) -> {}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", ".a", "a.", "a..b"})
    void badFieldNamesOfUniqueKeysAreRefused(String path) {
        assertThatThrownBy(() -> Unique.fields(path)).hasMessageContaining("'" + path + "'");
        assertThatThrownBy(() -> Unique.fields("ok", path)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S", "PT0.000999S", "P367D", "PT2562047788015215H"})
    void badWindowsOfUniqueKeysAreRefused(String window) {
        assertThatThrownBy(() -> Unique.key("k").throttle(Duration.parse(window)))
                .hasMessageContaining("1 ms to 366 days");
        assertThatThrownBy(() -> Unique.key("k").debounce(Duration.parse(window)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void strangeButHarmlessNamesWork() {
        String name = "ünïcode: with spaces / and ✓ 'quotes' * ?";
        assertThat(jobq.queue(name).enqueue(name, 1).find().orElseThrow().queue())
                .isEqualTo(name);
        assertThatThrownBy(() -> jobq.queue("x".repeat(201))).hasMessageContaining("1 to 200 characters");
    }

    @Test
    @SuppressWarnings("NullAway")
    void nullsAreRefused() {
        Queue queue = jobq.queue("q");
        assertThatThrownBy(() -> queue.enqueue("send", null))
                .hasMessageContaining("payload of job type 'send' is null");
        assertThatThrownBy(() -> queue.enqueue((Job) null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> Job.of((String) null, 1)).hasMessageContaining("job type name is null");
        assertThatThrownBy(() -> jobq.queue(null)).hasMessageContaining("queue name is null");
        assertThatThrownBy(() -> jobq.job(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> JobQ.builder().storage(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> JobQ.builder().handle("x", String.class, null)).hasMessage("handler");
    }

    @Test
    void numbersOutOfRangeAreRefused() {
        Job job = Job.of("x");
        assertThatThrownBy(() -> job.maxAttempts(0)).hasMessageContaining("at least 1");
        assertThatThrownBy(() -> job.delay(Duration.ofSeconds(-1))).hasMessageContaining("negative");
        assertThatThrownBy(() -> job.timeout(Duration.ZERO)).hasMessageContaining("positive");
        assertThatThrownBy(() -> new Priority(10)).hasMessageContaining("0 to 9");
        assertThatThrownBy(() -> WorkerOptions.DEFAULT.withConcurrency(0)).hasMessageContaining("concurrency");
        assertThatThrownBy(() -> WorkerOptions.DEFAULT.withLeaseTime(Duration.ofMillis(1)))
                .hasMessageContaining("leaseTime");
        assertThatThrownBy(() -> WorkerOptions.DEFAULT.queue("q", 0)).hasMessageContaining("weight of queue 'q'");
        assertThatThrownBy(() -> JobId.parse("42")).hasMessageContaining("a job id is a UUID");
    }

    @Test
    void hugeAndCyclicPayloadsAreRefusedAndNothingOfTheBatchIsStored() {
        String huge = "x".repeat(10 << 20);
        assertThatThrownBy(() -> jobq.queue("q").enqueueAll(List.of(Job.of("ok", 1), Job.of("big", huge))))
                .isInstanceOf(JobQException.class)
                .hasMessageContaining("'big'")
                .hasMessageContaining("10485762 bytes")
                .hasMessageContaining("maxPayloadBytes");
        List<Object> cyclic = new ArrayList<>();
        cyclic.add(cyclic);
        assertThatThrownBy(() -> jobq.queue("q").enqueue("loop", cyclic))
                .isInstanceOf(JobQException.class)
                .hasMessageContaining("can't write java.util.ArrayList as JSON");
        Map<String, Object> self = new HashMap<>();
        self.put("self", self);
        assertThatThrownBy(() -> jobq.queue("q").enqueue("loop", self)).isInstanceOf(JobQException.class);
        assertThat(jobq.storage().admin().stats().queues()).doesNotContainKey("q");
    }

    @Test
    void aClosedSystemSaysSo() {
        JobQ closed = JobQ.builder().handle("x", Void.class, (n, j) -> {}).start();
        closed.close();
        closed.close();
        assertThatThrownBy(() -> closed.enqueue(Job.of("x")))
                .isInstanceOf(JobQException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(closed::start).hasMessageContaining("closed");
        assertThat(closed.health().up()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"number\":",
                "[1,2]",
                "null",
                "{\"number\":\"1\"}",
                "{\"number\":\"1\",\"cents\":1.5}",
                "\u0000"
            })
    void storedPayloadsThatCannotBeReadGoToTheDeadLettersAtOnce(String json) {
        try (Storage storage = new InMemoryStorage();
                JobQ worker = JobQ.builder()
                        .storage(storage)
                        .handle("pay", Card.class, (card, job) -> {})
                        .start()) {
            JobId broken = JobId.next();
            Payload payload = new Payload(1, json.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            storage.jobs().insert(List.of(new NewJob(broken, "default", "pay", payload, JobOptions.DEFAULT)));
            JobHandle good = worker.enqueue(Job.of("pay", new Card("1", 100)));
            good.result(Void.class).join();
            assertThatThrownBy(() -> worker.job(broken).result(Void.class).join())
                    .hasMessageContaining("DEAD")
                    .hasMessageContaining("unusable");
            assertThat(worker.job(broken).find().orElseThrow().errors()).hasSize(1);
        }
    }

    @Test
    void aResultThatCannotBeStoredIsAnErrorOfTheJob() {
        try (JobQ worker = JobQ.builder()
                .compute("loop", Void.class, (n, job) -> {
                    List<Object> cyclic = new ArrayList<>();
                    cyclic.add(cyclic);
                    return cyclic;
                })
                .start()) {
            assertThatThrownBy(() ->
                            worker.enqueue(Job.of("loop")).result(Object.class).join())
                    .hasMessageContaining("its result can't be stored");
        }
    }

    @Test
    void throwablesThatThrowAreStoredAllTheSame() {
        class Evil extends RuntimeException {
            @Override
            public String getMessage() {
                throw new IllegalStateException("ha");
            }
        }
        try (JobQ worker = JobQ.builder()
                .handle("evil", Void.class, (n, job) -> {
                    throw new Evil();
                })
                .retry(RetryPolicy.never())
                .start()) {
            JobHandle handle = worker.enqueue(Job.of("evil"));
            assertThatThrownBy(() -> handle.result(Void.class).join()).hasMessageContaining("DEAD");
            assertThat(handle.find().orElseThrow().errors().get(0).message()).contains("getMessage() threw");
        }
    }

    @Test
    void waitingForAJobThatIsNotThereFails() {
        assertThatThrownBy(() -> jobq.job(JobId.next()).result(Void.class).join())
                .hasCauseInstanceOf(JobFailedException.class)
                .hasMessageContaining("is not stored");
    }
}
