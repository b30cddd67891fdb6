package io.jobq.dlq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.Job;
import io.jobq.JobHandle;
import io.jobq.JobId;
import io.jobq.JobQ;
import io.jobq.JobSnapshot;
import io.jobq.RetryPolicy;
import io.jobq.dlq.DeadLetterQueue.Filter;
import io.jobq.operations.Operations;
import io.jobq.spi.Page;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Dead letters, looked at and acted on. */
@Timeout(30)
class DeadLetterQueueTest {
    private final AtomicBoolean broken = new AtomicBoolean(true);
    private final JobQ jobq = JobQ.builder()
            .compute("pay", Integer.class, (amount, job) -> {
                if (broken.get()) {
                    throw new IllegalStateException("no money");
                }
                return amount + " from " + job.queue() + " on attempt " + job.attempt();
            })
            .handle("odd", Integer.class, (n, job) -> {
                throw new IllegalArgumentException("odd");
            })
            .retry(RetryPolicy.fixed(Duration.ZERO).maxAttempts(2))
            .worker(io.jobq.WorkerOptions.DEFAULT.queue("default", 1).queue("other", 1))
            .start();
    private final DeadLetterQueue dead = DeadLetterQueue.of(jobq);

    @AfterEach
    void close() {
        jobq.close();
    }

    private JobHandle die(String type, int payload) {
        JobHandle handle = jobq.enqueue(Job.of(type, payload));
        assertThatThrownBy(() -> handle.result(Void.class).join()).hasMessageContaining("DEAD");
        return handle;
    }

    @Test
    void listsByPageAndFilters() {
        Instant start = Instant.now().minusMillis(1);
        for (int i = 0; i < 5; i++) {
            die("pay", i);
        }
        die("odd", 1);
        List<JobId> paged = new ArrayList<>();
        String cursor = null;
        do {
            Page page = dead.list(Filter.ALL, cursor, 2);
            assertThat(page.jobs()).hasSizeLessThanOrEqualTo(2);
            page.jobs().forEach(job -> paged.add(job.id()));
            cursor = page.next();
        } while (cursor != null);
        assertThat(paged).hasSize(6).doesNotHaveDuplicates();
        assertThat(dead.list(Filter.ALL.withType("odd"), null, 10).jobs()).hasSize(1);
        assertThat(dead.list(Filter.ALL.withErrorClass("java.lang.IllegalStateException"), null, 10)
                        .jobs())
                .hasSize(5);
        assertThat(dead.list(Filter.ALL.withQueue("elsewhere"), null, 10).jobs())
                .isEmpty();
        assertThat(dead.list(Filter.ALL.withDied(start, null), null, 10).jobs()).hasSize(6);
        assertThat(dead.list(Filter.ALL.withDied(null, start), null, 10).jobs()).isEmpty();
    }

    @Test
    void replaysOneWithAttemptsResetAndHistoryKept() {
        JobHandle handle = die("pay", 7);
        broken.set(false);
        assertThat(dead.find(handle.id())).isPresent();
        assertThat(dead.replay(handle.id())).isTrue();
        assertThat(handle.result(String.class).join()).isEqualTo("7 from default on attempt 1");
        JobSnapshot job = handle.find().orElseThrow();
        assertThat(job.errors()).hasSize(2);
        assertThat(dead.find(handle.id())).isEmpty();
        assertThat(dead.replay(handle.id())).isFalse();
    }

    @Test
    void replaysIntoAnotherQueue() {
        JobHandle handle = die("pay", 8);
        broken.set(false);
        assertThat(dead.replay(handle.id(), "other")).isTrue();
        assertThat(handle.result(String.class).join()).isEqualTo("8 from other on attempt 1");
    }

    @Test
    void replaysAndDiscardsManyByFilter() {
        List<JobHandle> paid = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            paid.add(die("pay", i));
        }
        JobHandle odd = die("odd", 1);
        broken.set(false);
        assertThat(dead.replayAll(Filter.ALL.withType("pay"))).isEqualTo(20);
        paid.forEach(handle -> handle.result(String.class).join());
        assertThat(dead.discardAll(Filter.ALL.withDied(null, Instant.now().plusSeconds(5))))
                .isEqualTo(1);
        assertThat(odd.find()).isEmpty();
        assertThat(dead.discard(odd.id())).isFalse();
    }

    @Test
    void writesDownWhatAnOperatorDoes() {
        JobHandle one = die("pay", 1);
        die("pay", 2);
        die("odd", 1);
        broken.set(false);
        DeadLetterQueue adas = DeadLetterQueue.of(jobq, "ada");
        assertThat(adas.list(Filter.ALL, null, 10).jobs()).hasSize(3);
        assertThat(adas.replay(one.id(), "other")).isTrue();
        assertThat(adas.replayAll(Filter.ALL.withType("pay"))).isEqualTo(1);
        assertThat(adas.discardAll(Filter.ALL.withType("odd"))).isEqualTo(1);
        assertThat(adas.discard(one.id())).isFalse();
        assertThat(dead.discardAll(Filter.ALL)).isZero();

        assertThat(Operations.of(jobq, "grace").audit())
                .allMatch(entry -> entry.who().equals("ada") && entry.complete())
                .extracting(entry -> entry.action() + ", " + entry.target() + ", " + entry.jobs())
                .containsExactly(
                        "delete, jobs with state [DEAD], ids [" + one.id() + "], 0",
                        "delete, jobs with state [DEAD], type 'odd', 1",
                        "replay, jobs with state [DEAD], type 'pay', 1",
                        "replay in queue 'other', jobs with state [DEAD], ids [" + one.id() + "], 1");
    }
}
