package io.jobq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.jobq.memory.InMemoryStorage;
import io.jobq.spi.JobAdmin;
import io.jobq.spi.JobStore;
import io.jobq.spi.Registry;
import io.jobq.spi.Storage;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What waiting for results costs, and whom it keeps waiting. */
@Timeout(60)
class ResultWaitsTest {
    /** Counts the looks at jobs, and may let them wait. */
    private static final class Watched implements Storage {
        final Storage storage = new InMemoryStorage();
        final AtomicInteger looks = new AtomicInteger();
        volatile CountDownLatch answers = new CountDownLatch(0);

        @Override
        public JobStore jobs() {
            return storage.jobs();
        }

        @Override
        public JobAdmin admin() {
            JobAdmin admin = storage.admin();
            return (JobAdmin) Proxy.newProxyInstance(
                    JobAdmin.class.getClassLoader(), new Class<?>[] {JobAdmin.class}, (proxy, method, arguments) -> {
                        if (method.getName().equals("find")) {
                            looks.incrementAndGet();
                            answers.await();
                        }
                        try {
                            return method.invoke(admin, arguments);
                        } catch (InvocationTargetException thrown) {
                            throw thrown.getCause();
                        }
                    });
        }

        @Override
        public Registry registry() {
            return storage.registry();
        }

        @Override
        public void close() {
            storage.close();
        }
    }

    private final Watched storage = new Watched();

    private static Job delayed() {
        return Job.of("later").delay(Duration.ofHours(1));
    }

    private void assertNoLooks() {
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            int before = storage.looks.get();
            await().pollDelay(Duration.ofMillis(1_500)).until(() -> true); // a look at each comes every second
            return storage.looks.get() == before;
        });
    }

    @Test
    void aCancelledWaitCostsNothing() {
        try (JobQ jobq = JobQ.builder().storage(storage).build()) {
            List<CompletableFuture<Void>> results = IntStream.range(0, 100)
                    .mapToObj(number -> jobq.enqueue(delayed()).result(Void.class))
                    .toList();
            results.forEach(result -> result.cancel(true));
            assertNoLooks();
        }
    }

    @Test
    void aWaitThatTimesOutCostsNothing() throws Exception {
        try (JobQ jobq = JobQ.builder().storage(storage).build()) {
            JobHandle handle = jobq.enqueue(delayed());
            assertThatThrownBy(() -> handle.result(Void.class)
                            .orTimeout(10, TimeUnit.MILLISECONDS)
                            .get())
                    .hasCauseInstanceOf(TimeoutException.class);
            assertThat(handle.await(Duration.ofMillis(10))).isFalse();
            assertNoLooks();
        }
    }

    @Test
    void oneOfTwoWaitsMayBeGivenUp() throws Exception {
        try (JobQ jobq = JobQ.builder()
                .storage(storage)
                .compute("later", Void.class, (nothing, job) -> 7)
                .start()) {
            JobHandle handle = jobq.enqueue(Job.of("later").delay(Duration.ofMillis(300)));
            CompletableFuture<Integer> first = handle.result(Integer.class);
            CompletableFuture<Integer> second = handle.result(int.class);
            first.cancel(true);
            assertThat(second.get()).isEqualTo(7);
        }
    }

    @Test
    void askingForAResultNeverWaitsForTheStorage() throws Exception {
        try (JobQ jobq = JobQ.builder().storage(storage).build()) {
            JobHandle handle = jobq.enqueue(delayed());
            CountDownLatch answers = new CountDownLatch(1);
            storage.answers = answers;
            CompletableFuture<Void> result = handle.result(Void.class); // would not come back
            assertThat(result).isNotDone();
            answers.countDown();
            handle.cancel();
            assertThatThrownBy(result::get).hasCauseInstanceOf(JobFailedException.class);
        }
    }
}
