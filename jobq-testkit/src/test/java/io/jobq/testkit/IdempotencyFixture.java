package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.Job;
import io.jobq.JobContext;
import io.jobq.JobHandle;
import io.jobq.JobId;
import io.jobq.JobQ;
import io.jobq.JobSnapshot;
import io.jobq.JobState;
import io.jobq.ResultHandler;
import io.jobq.idempotency.Idempotency;
import io.jobq.idempotency.IdempotencyStore;
import io.jobq.idempotency.IdempotencyStore.Run;
import io.jobq.idempotency.IdempotencyStore.Started;
import io.jobq.spi.Payload;
import io.jobq.spi.StorageException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;

/** A store that is watched, and jobs that charge under it. */
abstract class IdempotencyFixture {
    record Receipt(String order, int cents) {}

    static final String KEY = "charge::order-1";
    static final Duration HOLD = Duration.ofMinutes(5);
    static final Run FOREIGN = new Run(JobId.next(), 1);

    final AtomicInteger runs = new AtomicInteger();
    final ManualClock clock = new ManualClock();
    final WatchedStore store = new WatchedStore(IdempotencyStore.inMemory(clock));
    final Idempotency idempotency = Idempotency.of(store);
    final List<AutoCloseable> opened = new ArrayList<>();

    /** A store that tells how often it was asked, and does not answer when told. */
    static final class WatchedStore implements IdempotencyStore {
        private final IdempotencyStore store;
        final AtomicInteger begun = new AtomicInteger();
        final AtomicInteger unanswered = new AtomicInteger();

        WatchedStore(IdempotencyStore store) {
            this.store = store;
        }

        private void answer() {
            if (Thread.currentThread().isInterrupted() || unanswered.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
                throw new StorageException("no answer, on purpose");
            }
        }

        @Override
        public Begun begin(String key, Run run, Duration hold) {
            answer();
            begun.incrementAndGet();
            return store.begin(key, run, hold);
        }

        @Override
        public boolean complete(String key, Run run, Payload result, Duration retention) {
            answer();
            return store.complete(key, run, result, retention);
        }

        @Override
        public boolean abandon(String key, Run run) {
            answer();
            return store.abandon(key, run);
        }
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    ManualJobQ manual(UnaryOperator<JobQ.Builder> setup) {
        ManualJobQ test = ManualJobQ.of(setup);
        opened.add(test);
        return test;
    }

    ManualJobQ charging(Idempotency configured, ResultHandler<Receipt> handler) {
        return manual(
                builder -> builder.compute("charge", Receipt.class, handler).interceptor(configured));
    }

    ManualJobQ charging(ResultHandler<Receipt> handler) {
        return charging(idempotency, handler);
    }

    Object count(Receipt receipt, JobContext job) {
        return new Receipt(receipt.order, receipt.cents + runs.incrementAndGet());
    }

    static Job charge() {
        return Job.of("charge", new Receipt("order-1", 100)).idempotencyKey("order-1");
    }

    static JobSnapshot find(JobHandle handle) {
        return handle.find().orElseThrow();
    }

    static String result(JobHandle handle) {
        JobSnapshot job = find(handle);
        assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
        return String.valueOf(job.result());
    }

    boolean isFree() {
        Run probe = new Run(JobId.next(), 1);
        boolean free = store.begin(KEY, probe, HOLD) instanceof Started;
        return free && store.abandon(KEY, probe);
    }

    static Payload json(String text) {
        return new Payload(1, text.getBytes(StandardCharsets.UTF_8));
    }
}
