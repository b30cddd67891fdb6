package io.jobq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.jobq.memory.InMemoryStorage;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where jobs of a type go, and what is said if nothing runs them there. */
@Timeout(60)
class QueuesOfTypesTest {
    static final class Images {
        @JobHandler(value = "thumbnail", queue = "images")
        void thumbnail() {}
    }

    private static JobQ.Builder system(InMemoryStorage storage) {
        return JobQ.builder().storage(storage).closeOnShutdown(false);
    }

    @Test
    void aProducerIsToldOfTheQueueThatItsWorkersHave() {
        PrintStream before = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try (InMemoryStorage storage = new InMemoryStorage();
                JobQ workers = system(storage).handlers(new Images()).start();
                JobQ producer = system(storage).build()) {
            producer.enqueue(Job.of("thumbnail"));
            await().untilAsserted(() -> assertThat(log.toString(StandardCharsets.UTF_8))
                    .containsOnlyOnce("jobs of type 'thumbnail' go to queue 'default' from here, but workers that have"
                            + " its handler expect them in 'images'"));
            assertThat(workers.health().up()).isTrue();
        } finally {
            System.setErr(before);
        }
    }

    @Test
    void aHandlerWhoseQueueNoOwnWorkerServesIsNamedAtTheStart() {
        WorkerOptions elsewhere = WorkerOptions.DEFAULT.withQueues(Map.of("mail", 1));
        String log = StandardError.during(() -> {
            JobQ.builder().handlers(new Images()).worker(elsewhere).start().close();
            JobQ.builder().handlers(new Images()).start().close();
        });
        assertThat(log)
                .containsOnlyOnce(
                        "no worker of this system claims from queue 'images', where jobs of [thumbnail] go, for"
                                + " which it has handlers; add the queue to the queues of a worker, [mail], unless other processes"
                                + " are to run them");
    }

    @Test
    void aGaugeCountsTheWorkersOfAQueue() {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        try (InMemoryStorage storage = new InMemoryStorage();
                JobQ producer = system(storage).build();
                JobQ workers = system(storage).handlers(new Images()).start();
                JobQ watched = system(storage).meterRegistry(meters).build()) {
            producer.queue("images").enqueue(Job.of("thumbnail"));
            producer.queue("lonely").enqueue(Job.of("thumbnail"));
            await().untilAsserted(() -> assertThat(workers.fleet()).isNotEmpty());
            watched.start();
            await().untilAsserted(() -> {
                assertThat(meters.get("jobq.queue.workers")
                                .tag("queue", "images")
                                .gauge()
                                .value())
                        .isEqualTo(1);
                assertThat(meters.get("jobq.queue.workers")
                                .tag("queue", "lonely")
                                .gauge()
                                .value())
                        .isZero();
            });
        }
    }
}
