package io.jobq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Workers whose queues stand in an order. */
class WorkerQueuesTest {
    private static final WorkerOptions ORDERED = WorkerOptions.DEFAULT.withQueuesInOrder("critical", "default", "bulk");

    @Test
    void aQueueWaitsWhileThoseBeforeItHaveWorkAndNoLonger() {
        List<String> ran = new ArrayList<>();
        try (JobQ jobq = JobQ.builder()
                .handle("work", String.class, (urgent, job) -> {
                    ran.add(job.queue());
                    if (!urgent.isEmpty()) {
                        job.jobq().queue(urgent).enqueue(Job.of("work", ""));
                    }
                })
                .worker(ORDERED.withConcurrency(2))
                .build()) {
            jobq.queue("bulk").enqueueAll(Collections.nCopies(2, Job.of("work", "")));
            jobq.queue("bulk").enqueue(Job.of("work", "critical"));
            jobq.queue("bulk").enqueueAll(Collections.nCopies(3, Job.of("work", "")));
            jobq.queue("default").enqueue(Job.of("work", ""));
            jobq.queue("critical").enqueueAll(Collections.nCopies(4, Job.of("work", "")));
            jobq.workers().get(0).runPending();
        }
        assertThat(ran)
                .containsExactly(
                        "critical",
                        "critical",
                        "critical",
                        "critical", // two at a time
                        "default",
                        "bulk", // no slot stays empty
                        "bulk",
                        "bulk",
                        "critical",
                        "bulk",
                        "bulk",
                        "bulk");
    }

    @Test
    void theOrderIsKeptByOtherOptionsAndEndsWithWeights() {
        WorkerOptions changed = ORDERED.withConcurrency(3).withName("other");
        assertThat(changed.queuesInOrder()).isTrue();
        assertThat(changed.queues().keySet()).containsExactly("critical", "default", "bulk");
        WorkerOptions weighted = changed.withQueues(Map.of("bulk", 2));
        assertThat(weighted.queuesInOrder()).isFalse();
        assertThat(weighted.queue("critical", 7).queues())
                .containsEntry("bulk", 2)
                .containsEntry("critical", 7);
    }

    @Test
    void tellsWhatIsWrongWithAnOrder() {
        assertThatThrownBy(WorkerOptions.DEFAULT::withQueuesInOrder)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("queues that are served in order must be named, at least one of them");
        assertThatThrownBy(() -> WorkerOptions.DEFAULT.withQueuesInOrder("a", "b", "a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("queue 'a' is named twice in [a, b, a]");
        assertThatThrownBy(() -> WorkerOptions.DEFAULT.withQueuesInOrder("a", null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("queue name is null");
        assertThatThrownBy(() -> WorkerOptions.DEFAULT.withQueuesInOrder("a", " "))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("queue name must have");
        assertThatThrownBy(() -> ORDERED.queue("more", 2))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("queue 'more' can't have a weight beside [critical, default, bulk]");
    }
}
