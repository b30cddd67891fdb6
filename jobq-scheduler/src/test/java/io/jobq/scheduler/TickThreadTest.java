package io.jobq.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.jobq.JobQ;
import io.jobq.memory.InMemoryStorage;
import io.jobq.spi.StorageException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A scheduler's thread, and what is told when it does not do its work. */
@Timeout(60)
class TickThreadTest {
    private final HookedStorage storage = new HookedStorage(new InMemoryStorage());
    private final JobQ jobq =
            JobQ.builder().storage(storage).closeOnShutdown(false).build();

    @AfterEach
    void close() {
        jobq.close();
    }

    private static Thread threadOf(String instance) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(each -> each.getName().equals("jobq-scheduler-" + instance))
                .findAny()
                .orElseThrow();
    }

    /** What no log can hold ends the thread. */
    private static final class Unspeakable extends Error {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("not even its name");
        }
    }

    @Test
    void aThreadThatHasDiedIsAProblemUntilItIsStartedAgain() {
        try (Scheduler scheduler = Scheduler.of(jobq)
                .instance("mortal")
                .lease(Duration.ofSeconds(2)) // which the dead thread could not give back
                .start()) {
            assertThat(scheduler.problem()).isEmpty();
            storage.beforeEachRegistryCall(() -> {
                throw new Unspeakable();
            });
            await().dontCatchUncaughtExceptions()
                    .untilAsserted(() -> assertThat(scheduler.problem())
                            .contains("scheduler mortal: its thread has died; stop and start it"));
            storage.beforeEachRegistryCall(() -> {});
            scheduler.stop();
            assertThat(scheduler.problem()).isEmpty();
            scheduler.start();
            await().until(scheduler::isLeader);
            assertThat(scheduler.problem()).isEmpty();
        }
    }

    @Test
    void roundsThatFailForLongAreAProblemAndOneThatHangsIsToo() {
        Leadership leadership = new Leadership(storage.registry(), "ill", Duration.ofSeconds(30));
        Scheduler known = Scheduler.of(jobq).build();
        Ticker ticker = new Ticker(storage, leadership, new SchedulerMetrics(new SimpleMeterRegistry(), known));
        try (TickThread thread = new TickThread(ticker, "ill", Duration.ofSeconds(1))) {
            thread.start();
            storage.beforeEachRegistryCall(() -> {
                throw new StorageException("away");
            });
            await().untilAsserted(
                            () -> assertThat(thread.problem())
                                    .hasValueSatisfying(
                                            each -> assertThat(each)
                                                    .matches(
                                                            "no round has succeeded for \\d+ s, the last has failed: .*StorageException: away")));
            storage.beforeEachRegistryCall(() -> {});
            thread.poke();
            await().untilAsserted(() -> assertThat(thread.problem()).isEmpty());
        }
    }

    @Test
    void aStrayInterruptDoesNotEndIt() {
        try (Scheduler scheduler = Scheduler.of(jobq).instance("steady").start()) {
            await().until(scheduler::isLeader);
            Thread thread = threadOf("steady");
            thread.interrupt();
            await().until(() -> !thread.isInterrupted());
            AtomicInteger calls = new AtomicInteger();
            storage.beforeEachRegistryCall(calls::incrementAndGet);
            await().until(() -> calls.get() > 0);
            assertThat(scheduler.problem()).isEmpty();
        }
    }

    @Test
    void oneThatIsStoppedBeforeItWasStartedCanBeStarted() {
        try (Scheduler scheduler = Scheduler.of(jobq).instance("early").build()) {
            scheduler.stop();
            scheduler.stop();
            scheduler.start();
            await().until(scheduler::isLeader);
        }
    }
}
