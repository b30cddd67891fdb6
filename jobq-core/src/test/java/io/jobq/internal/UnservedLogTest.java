package io.jobq.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.JobId;
import io.jobq.StandardError;
import io.jobq.WorkerInfo;
import io.jobq.memory.InMemoryStorage;
import io.jobq.operations.WorkerRegistry;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import io.jobq.spi.Payload;
import io.jobq.spi.Retention;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What people read of queues that no worker claims from. */
class UnservedLogTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    private final AtomicReference<Instant> now = new AtomicReference<>(NOON);
    private final InMemoryStorage storage = new InMemoryStorage(Retention.DEFAULT, now::get);
    private final HoldingLog here = new HoldingLog(storage);
    private final HoldingLog elsewhere = new HoldingLog(storage);

    @AfterEach
    void close() {
        storage.close();
    }

    private void insert(String queue) {
        NewJob job = new NewJob(JobId.next(), queue, "send", new Payload(1, new byte[0]), JobOptions.DEFAULT);
        storage.jobs().insert(List.of(job));
    }

    private void announce(WorkerInfo.State state, String queue) {
        WorkerInfo worker = new WorkerInfo(
                "w-1",
                "w",
                "h",
                1,
                "1",
                state,
                Map.of(queue, 1),
                new WorkerInfo.Slots(1, 0, 1, 0),
                List.of(),
                0,
                NOON,
                NOON);
        new WorkerRegistry(storage.registry()).announce(worker, Duration.ofDays(1));
    }

    private void pass(Duration time) {
        now.set(now.get().plus(time));
    }

    private static List<String> saidBy(Runnable action) {
        return StandardError.during(action)
                .lines()
                .filter(line -> line.contains("UnservedLog"))
                .map(line -> line.substring(line.indexOf(" - ") + 3))
                .toList();
    }

    private static String said(int jobs, String queue) {
        return (jobs == 1 ? "1 job is" : jobs + " jobs are") + " ready in queue '" + queue
                + "', but no worker claims from it; is its name spelt right, and is it among the queues of a worker?";
    }

    @Test
    void aQueueThatNoWorkerClaimsFromIsSaidOnceAndSoIsTheEnd() {
        announce(WorkerInfo.State.RUNNING, "mail");
        insert("mail");
        insert("mial");
        insert("mial");
        assertThat(saidBy(here::takeTurn)).as("workers may come in time").isEmpty();
        pass(UnservedLog.PATIENCE);
        assertThat(saidBy(here::takeTurn)).containsExactly(said(2, "mial"));
        pass(Duration.ofMinutes(1));
        assertThat(saidBy(elsewhere::takeTurn)).isEmpty();
        announce(WorkerInfo.State.RUNNING, "mial");
        pass(Duration.ofMinutes(1));
        assertThat(saidBy(elsewhere::takeTurn)).containsExactly(said(1, "mail"), "queue 'mial' has a worker again");
    }

    @Test
    void manyQueuesDoNotFloodTheLog() {
        for (int i = 0; i < 100; i++) {
            insert("q" + i);
        }
        pass(UnservedLog.PATIENCE);
        assertThat(saidBy(here::takeTurn))
                .hasSize(UnservedLog.LINES + 1)
                .last()
                .isEqualTo("and 95 more queues have ready jobs, but no worker claims from them");
        pass(Duration.ofMinutes(1));
        assertThat(saidBy(here::takeTurn)).isEmpty();
    }

    @Test
    void aQuietWorkerDoesNotCount() {
        insert("mail");
        announce(WorkerInfo.State.QUIET, "mail");
        pass(UnservedLog.PATIENCE);
        assertThat(saidBy(here::takeTurn)).containsExactly(said(1, "mail"));
    }

    @Test
    void anEmptyQueueNeedsNoWorker() {
        insert("mail");
        storage.admin().apply(JobFilter.ALL, new JobAction.Delete(), null, 10);
        pass(Duration.ofHours(1));
        assertThat(saidBy(here::takeTurn)).isEmpty();
    }
}
