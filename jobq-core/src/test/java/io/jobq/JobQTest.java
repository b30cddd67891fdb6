package io.jobq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.memory.InMemoryStorage;
import io.jobq.spi.Storage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The API end to end, on real threads and the in-memory storage. */
@Timeout(30)
class JobQTest {
    record Mail(String to, int copies) {}

    private static final JobType<Mail> SEND = JobType.of("send_email", Mail.class);

    @Test
    void runsWhatIsEnqueuedAndKeepsTheResult() throws Exception {
        try (JobQ jobq = JobQ.builder()
                .compute(SEND, (mail, job) -> "sent to " + mail.to())
                .start()) {
            JobHandle handle = jobq.queue("default").enqueue(SEND, new Mail("ada", 1));

            assertThat(handle.result(String.class).get()).isEqualTo("sent to ada");
            JobSnapshot job = handle.find().orElseThrow();
            assertThat(job.state()).isEqualTo(JobState.SUCCEEDED);
            assertThat(job.attempt()).isEqualTo(1);
            assertThat(handle.isDuplicate()).isFalse();
        }
    }

    /** On JDK 25 everything asynchronous else shares the common pool, which those who wait for results may fill. */
    @Test
    void resultsNeedNoThreadOfTheCommonPool() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (JobQ jobq = JobQ.builder()
                .handle("wait", Void.class, (nothing, job) -> go.await())
                .start()) {
            var thread = jobq.enqueue(Job.of("wait"))
                    .result(Void.class)
                    .thenApply(nothing -> Thread.currentThread().getName());
            go.countDown();

            assertThat(thread.get()).startsWith("jobq-result-");
        }
    }

    @Test
    void carriesOptionsToTheHandler() throws Exception {
        BlockingQueue<JobContext> seen = new LinkedBlockingQueue<>();
        try (JobQ jobq =
                JobQ.builder().handle(SEND, (mail, job) -> seen.add(job)).start()) {
            jobq.enqueue(Job.of(SEND, new Mail("ada", 1))
                    .header("trace", "abc")
                    .tenant("acme")
                    .idempotencyKey("order-1")
                    .maxAttempts(7));
            JobContext job = seen.take();
            assertThat(job.headers()).containsExactlyEntriesOf(Map.of("trace", "abc"));
            assertThat(job.tenant()).isEqualTo("acme");
            assertThat(job.idempotencyKey()).isEqualTo("order-1");
            assertThat(job.fencingToken()).isPositive();
            assertThat(job.jobq()).isSameAs(jobq);
            assertThat(job.type()).isEqualTo("send_email");
        }
    }

    @Test
    void servesHigherPrioritiesFirstAndEachInOrder() throws Exception {
        List<String> order = new ArrayList<>();
        CountDownLatch done = new CountDownLatch(4);
        try (JobQ jobq = JobQ.builder()
                .handle("note", String.class, (text, job) -> {
                    order.add(text);
                    done.countDown();
                })
                .worker(WorkerOptions.DEFAULT.withConcurrency(1))
                .build()) {
            Queue queue = jobq.queue("default");
            queue.enqueue("note", "first");
            queue.enqueue("note", "second");
            queue.enqueue(Job.of("note", "urgent").priority(Priority.HIGH));
            queue.enqueue(Job.of("note", "whenever").priority(Priority.LOW));
            jobq.start();
            assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(order).containsExactly("urgent", "first", "second", "whenever");
    }

    @Test
    void startsDelayedJobsWhenTheyAreDue() throws Exception {
        BlockingQueue<Instant> starts = new LinkedBlockingQueue<>();
        try (JobQ jobq = JobQ.builder()
                .handle("tick", Void.class, (nothing, job) -> starts.add(Instant.now()))
                .start()) {
            Instant due = Instant.now().plusMillis(150);
            jobq.enqueue(Job.of("tick").runAt(due));
            jobq.enqueue(Job.of("tick").delay(Duration.ofMillis(200)));
            assertThat(starts.take()).isAfterOrEqualTo(due.truncatedTo(java.time.temporal.ChronoUnit.MILLIS));
            assertThat(starts.take()).isAfter(due);
        }
    }

    @Test
    void enqueueingTheSameIdOrUniqueKeyAgainMakesNoSecondJob() {
        try (JobQ jobq = JobQ.builder().build()) {
            Queue queue = jobq.queue("q");
            JobId id = JobId.next();
            JobHandle first = queue.enqueue(Job.of("a", 1).id(id).unique("k"));
            JobHandle sameId = queue.enqueue(Job.of("a", 1).id(id));
            JobHandle sameKey = queue.enqueue(Job.of("a", 2).unique("k"));
            assertThat(first.isDuplicate()).isFalse();
            assertThat(sameId.isDuplicate()).isTrue();
            assertThat(sameKey.isDuplicate()).isTrue();
            assertThat(sameKey.id()).isEqualTo(id);
        }
    }

    @Test
    void retriesAndGivesUp() throws Exception {
        try (JobQ jobq = JobQ.builder()
                .handle("fail", Void.class, (nothing, job) -> {
                    throw new IllegalStateException("attempt " + job.attempt());
                })
                .retry(RetryPolicy.fixed(Duration.ofMillis(5)).maxAttempts(3))
                .start()) {
            JobHandle handle = jobq.enqueue(Job.of("fail"));
            assertThatThrownBy(() -> handle.result(Void.class).get())
                    .isInstanceOf(ExecutionException.class)
                    .hasRootCauseInstanceOf(JobFailedException.class)
                    .hasMessageContaining("attempt 3");
            JobSnapshot job = handle.find().orElseThrow();
            assertThat(job.state()).isEqualTo(JobState.DEAD);
            assertThat(job.reason()).isEqualTo("gave up after 3 attempts");
            assertThat(job.errors())
                    .extracting(AttemptError::message)
                    .containsExactly("attempt 1", "attempt 2", "attempt 3");
            assertThat(job.errors().get(0).stack()).contains("JobQTest");
        }
    }

    @Test
    void obeysOutcomes() throws Exception {
        try (JobQ jobq = JobQ.builder()
                .compute("do", String.class, (what, job) -> switch (what) {
                    case "discard" -> Outcome.discard("not good");
                    case "cancel" -> Outcome.cancel("not wanted");
                    case "snooze" ->
                        job.headers().containsKey("x")
                                        || job.enqueuedAt()
                                                .isBefore(Instant.now().minusMillis(60))
                                ? Outcome.succeed("slept")
                                : Outcome.snooze(Duration.ofMillis(70), "tired");
                    default -> job.attempt() < 3 ? Outcome.retryIn(Duration.ofMillis(1), "again") : "third";
                })
                .start()) {
            Queue queue = jobq.queue("default");
            JobHandle snooze = queue.enqueue("do", "snooze");
            JobHandle retry = queue.enqueue("do", "retry");
            JobHandle discard = queue.enqueue("do", "discard");
            JobHandle cancel = queue.enqueue("do", "cancel");
            assertThat(snooze.result(String.class).get()).isEqualTo("slept");
            assertThat(snooze.find().orElseThrow().attempt()).isEqualTo(1);
            assertThat(retry.result(String.class).get()).isEqualTo("third");
            assertThat(retry.find().orElseThrow().errors()).hasSize(2);
            assertThatThrownBy(() -> discard.result(Void.class).get()).hasMessageContaining("not good");
            assertThatThrownBy(() -> cancel.result(Void.class).get()).hasMessageContaining("not wanted");
            assertThat(discard.find().orElseThrow().state()).isEqualTo(JobState.DEAD);
            assertThat(cancel.find().orElseThrow().state()).isEqualTo(JobState.CANCELLED);
        }
    }

    @Test
    void cancelsWhatWaitsAndWhatRuns() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        BlockingQueue<Boolean> cancelled = new LinkedBlockingQueue<>();
        try (JobQ jobq = JobQ.builder()
                .handle("wait", Void.class, (nothing, job) -> {
                    running.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } finally {
                        cancelled.add(job.isCancelled());
                    }
                })
                .worker(WorkerOptions.DEFAULT.withConcurrency(1))
                .start()) {
            JobHandle runs = jobq.enqueue(Job.of("wait"));
            JobHandle waits = jobq.enqueue(Job.of("wait"));
            running.await();
            assertThat(waits.cancel()).isTrue();
            assertThat(waits.find().orElseThrow().state()).isEqualTo(JobState.CANCELLED);
            assertThat(runs.cancel()).isTrue();
            assertThat(cancelled.take()).isTrue();
            assertThatThrownBy(() -> runs.result(Void.class).get()).hasMessageContaining("CANCELLED");
            assertThat(runs.cancel()).isFalse();
        }
    }

    @Test
    void expiredJobsAreCancelledUnstarted() throws Exception {
        try (JobQ jobq =
                JobQ.builder().handle("late", Void.class, (nothing, job) -> {}).start()) {
            JobHandle handle =
                    jobq.enqueue(Job.of("late").expiresAt(Instant.now().minusSeconds(1)));
            assertThatThrownBy(() -> handle.result(Void.class).get()).hasMessageContaining("expired at");
        }
    }

    @Test
    void jobsOfAnUnknownTypeWaitForAWorkerThatKnowsIt() throws Exception {
        try (Storage storage = new InMemoryStorage();
                JobQ old = JobQ.builder()
                        .storage(storage)
                        .handle("known", Void.class, (nothing, job) -> {})
                        .start()) {
            JobHandle unknown = old.queue("default").enqueue(Job.of("new_type"));
            JobHandle known = old.queue("default").enqueue(Job.of("known"));
            known.result(Void.class).get();
            org.awaitility.Awaitility.await()
                    .until(() -> storage.admin()
                            .stats()
                            .queues()
                            .get("default")
                            .parked()
                            .containsKey("new_type"));
            assertThat(unknown.find().orElseThrow().state()).isEqualTo(JobState.READY);
            try (JobQ young = JobQ.builder()
                    .storage(storage)
                    .compute("new_type", Void.class, (nothing, job) -> job.attempt())
                    .start()) {
                assertThat(unknown.result(Integer.class).get()).isEqualTo(1);
            }
        }
    }

    @Test
    void liftsOldPayloadsToTheVersionOfTheHandler() throws Exception {
        record V3(String to, int copies, boolean urgent) {}
        try (Storage storage = new InMemoryStorage()) {
            try (JobQ old = JobQ.builder().storage(storage).build()) {
                old.queue("default").enqueue("mail", "ada");
            }
            BlockingQueue<V3> seen = new LinkedBlockingQueue<>();
            try (JobQ young = JobQ.builder()
                    .storage(storage)
                    .handle("send_mail", V3.class, (mail, job) -> seen.add(mail))
                    .type(
                            "send_mail",
                            type -> type.withAlias("mail")
                                    .withVersion(3)
                                    .withUpcaster(
                                            1,
                                            json -> tools.jackson.databind.node.JsonNodeFactory.instance
                                                    .objectNode()
                                                    .put("to", json.asString()))
                                    .withUpcaster(
                                            2,
                                            json -> ((tools.jackson.databind.node.ObjectNode) json)
                                                    .put("copies", 1)
                                                    .put("urgent", false)))
                    .start()) {
                assertThat(seen.take()).isEqualTo(new V3("ada", 1, false));
                young.enqueue(Job.of("send_mail", new V3("bob", 2, true)));
                assertThat(seen.take()).isEqualTo(new V3("bob", 2, true));
            }
        }
    }

    @Test
    void storesProgressAndLog() throws Exception {
        try (JobQ jobq = JobQ.builder()
                .handle("work", Void.class, (nothing, job) -> {
                    job.progress(40, "almost");
                    job.log("one");
                    job.log("two");
                    job.progress(50, null);
                })
                .start()) {
            JobHandle handle = jobq.enqueue(Job.of("work"));
            handle.result(Void.class).get();
            JobSnapshot job = handle.find().orElseThrow();
            assertThat(job.progress()).isEqualTo(new JobSnapshot.Progress(50, "almost"));
            assertThat(job.log()).containsExactly("one", "two");
        }
    }

    @Test
    void enqueuesManyInOrder() {
        try (JobQ jobq = JobQ.builder().build()) {
            List<Job> jobs = new ArrayList<>();
            for (int i = 0; i < 2_500; i++) {
                jobs.add(Job.of("n", i));
            }
            List<JobHandle> handles = jobq.queue("bulk").enqueueAll(jobs);
            assertThat(handles).hasSize(2_500);
            assertThat(handles).isSortedAccordingTo((a, b) -> a.id().compareTo(b.id()));
            assertThat(jobq.storage().admin().stats().queues().get("bulk").count(JobState.READY))
                    .isEqualTo(2_500);
        }
    }

    @Test
    void runsByHandOnTheCallersThread() {
        List<Thread> threads = new ArrayList<>();
        try (JobQ jobq = JobQ.builder()
                .handle("parent", Void.class, (nothing, job) -> {
                    threads.add(Thread.currentThread());
                    job.jobq().enqueue(Job.of("child"));
                })
                .handle("child", Void.class, (nothing, job) -> threads.add(Thread.currentThread()))
                .build()) {
            jobq.enqueue(Job.of("parent"));
            assertThat(jobq.workers().get(0).runPending()).isEqualTo(2);
            assertThat(threads).containsOnly(Thread.currentThread()).hasSize(2);
        }
    }

    @Test
    void listsTheFleetAndIsHealthy() {
        try (JobQ jobq = JobQ.builder()
                .handle("x", Void.class, (nothing, job) -> {})
                .worker(WorkerOptions.DEFAULT.withName("alpha").withConcurrency(3))
                .start()) {
            org.awaitility.Awaitility.await().until(() -> !jobq.fleet().isEmpty());
            WorkerInfo worker = jobq.fleet().get(0);
            assertThat(worker.name()).isEqualTo("alpha");
            assertThat(worker.pid()).isEqualTo(ProcessHandle.current().pid());
            assertThat(worker.slots().total()).isEqualTo(3);
            assertThat(worker.state()).isEqualTo(WorkerInfo.State.RUNNING);
            assertThat(jobq.health().up()).isTrue();
        }
    }
}
