package io.jobq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.jobq.memory.InMemoryStorage;
import io.jobq.spi.Storage;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Time limits, abandonment, shutdown, resizing: what a worker does with its slots. */
@Timeout(30)
class WorkerLifecycleTest {
    private static final WorkerOptions QUICK = WorkerOptions.DEFAULT
            .withConcurrency(2)
            .withLeaseTime(Duration.ofSeconds(1))
            .withInterruptGrace(Duration.ofMillis(100));

    /** Waits without heeding interrupts, as bad handlers do. */
    private static void waitStubbornly(CountDownLatch latch) {
        boolean interrupted = false;
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException ignored) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void interruptsAHandlerThatRunsOverItsTime() {
        AtomicBoolean told = new AtomicBoolean();
        try (JobQ jobq = JobQ.builder()
                .handle("slow", Void.class, (nothing, job) -> {
                    try {
                        new CountDownLatch(1).await();
                    } finally {
                        told.set(job.isCancelled());
                    }
                })
                .retry(RetryPolicy.never())
                .worker(QUICK)
                .start()) {
            JobHandle handle = jobq.enqueue(Job.of("slow").timeout(Duration.ofMillis(50)));
            assertThatThrownBy(() -> handle.result(Void.class).get())
                    .hasMessageContaining("java.util.concurrent.TimeoutException")
                    .hasMessageContaining("ran over its time limit");
            assertThat(told).isTrue();
        }
    }

    @Test
    void abandonsAHandlerThatIgnoresItsInterruption() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger attempts = new AtomicInteger();
        try (JobQ jobq = JobQ.builder()
                .compute("stubborn", Void.class, (nothing, job) -> {
                    if (attempts.incrementAndGet() == 1) {
                        waitStubbornly(release);
                    }
                    return "attempt " + job.attempt();
                })
                .retry(RetryPolicy.fixed(Duration.ZERO))
                .worker(QUICK.withConcurrency(1))
                .start()) {
            JobHandle handle = jobq.enqueue(Job.of("stubborn").timeout(Duration.ofMillis(50)));
            assertThat(handle.result(String.class).get()).isEqualTo("attempt 2");
            assertThat(slots(jobq).abandoned()).isEqualTo(1);
            assertThat(jobq.health().up()).isFalse();
            release.countDown();
            await().until(() -> slots(jobq).abandoned() == 0);
            assertThat(jobq.health().up()).isTrue();
            assertThat(handle.find().orElseThrow().state()).isEqualTo(JobState.SUCCEEDED);
        } finally {
            release.countDown();
        }
    }

    private static WorkerInfo.Slots slots(JobQ jobq) {
        return jobq.workers().get(0).info().slots();
    }

    @Test
    void aLateInterruptDoesNotHitTheNextJob() throws Exception {
        try (JobQ jobq = JobQ.builder()
                .compute("self", Void.class, (nothing, job) -> {
                    Thread.currentThread().interrupt();
                    return null;
                })
                .compute(
                        "next",
                        Void.class,
                        (nothing, job) -> Thread.currentThread().isInterrupted())
                .worker(QUICK.withConcurrency(1))
                .start()) {
            jobq.enqueue(Job.of("self")).result(Void.class).get();
            assertThat(jobq.enqueue(Job.of("next")).result(Boolean.class).get()).isFalse();
        }
    }

    @Test
    void closingWaitsForRunningJobsAndLeavesTheRest() throws Exception {
        CountDownLatch running = new CountDownLatch(2);
        CountDownLatch go = new CountDownLatch(1);
        try (Storage storage = new InMemoryStorage()) {
            JobQ jobq = JobQ.builder()
                    .storage(storage)
                    .handle("work", Void.class, (nothing, job) -> {
                        running.countDown();
                        go.await();
                    })
                    .worker(QUICK)
                    .start();
            List<JobHandle> handles =
                    jobq.queue("default").enqueueAll(List.of(Job.of("work"), Job.of("work"), Job.of("work")));
            running.await();
            Thread closing = new Thread(jobq::close);
            closing.start();
            await().until(() -> jobq.workers().get(0).info().state() == WorkerInfo.State.QUIET);
            go.countDown();
            closing.join();
            assertThat(states(storage, handles))
                    .containsExactly(JobState.SUCCEEDED, JobState.SUCCEEDED, JobState.READY);
        }
    }

    @Test
    void whatWasClaimedAheadOfShortJobsRunsElsewhereWhenTheSlotsTurnSlow() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (Storage storage = new InMemoryStorage();
                JobQ first = JobQ.builder()
                        .storage(storage)
                        .handle("work", Boolean.class, (blocks, job) -> {
                            if (blocks) {
                                go.await();
                            }
                        })
                        .worker(QUICK)
                        .start()) {
            List<JobHandle> quick = first.queue("default").enqueueAll(Collections.nCopies(500, Job.of("work", false)));
            await().until(() -> states(storage, quick).stream().allMatch(JobState.SUCCEEDED::equals));
            List<JobHandle> slow = first.queue("default").enqueueAll(Collections.nCopies(6, Job.of("work", true)));
            await().until(() -> slots(first).used() == 2);
            try (JobQ second = JobQ.builder()
                    .storage(storage)
                    .handle(
                            "work",
                            Boolean.class,
                            (blocks, job) -> assertThat(job.attempt()).isEqualTo(1))
                    .worker(QUICK)
                    .start()) {
                await().until(() -> Collections.frequency(states(storage, slow), JobState.SUCCEEDED) == 4);
            }
            go.countDown();
            await().until(() -> Collections.frequency(states(storage, slow), JobState.SUCCEEDED) == 6);
        } finally {
            go.countDown();
        }
    }

    private static List<JobState> states(Storage storage, List<JobHandle> handles) {
        return handles.stream()
                .map(each -> storage.admin().find(each.id()).orElseThrow().state())
                .toList();
    }

    @Test
    void whatDoesNotEndInTimeIsInterruptedAndGivenBackUncounted() throws Exception {
        CountDownLatch running = new CountDownLatch(2);
        CountDownLatch release = new CountDownLatch(1);
        List<JobEnd.Kind> ends = new CopyOnWriteArrayList<>();
        try (Storage storage = new InMemoryStorage()) {
            JobQ jobq = JobQ.builder()
                    .storage(storage)
                    .handle("polite", Void.class, (nothing, job) -> {
                        running.countDown();
                        new CountDownLatch(1).await();
                    })
                    .handle("stubborn", Void.class, (nothing, job) -> {
                        running.countDown();
                        waitStubbornly(release);
                    })
                    .listener(new JobListener() {
                        @Override
                        public void onEnd(JobContext job, JobEnd end) {
                            ends.add(end.kind());
                        }
                    })
                    .worker(QUICK.withShutdownTimeout(Duration.ofMillis(50)))
                    .start();
            List<JobHandle> handles = jobq.queue("default").enqueueAll(List.of(Job.of("polite"), Job.of("stubborn")));
            running.await();
            long start = System.nanoTime();
            jobq.close();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
            assertThat(states(storage, handles)).containsOnly(JobState.READY);
            assertThat(storage.admin().find(handles.get(1).id()).orElseThrow().attempt())
                    .isEqualTo(1);
            assertThat(ends).containsOnly(JobEnd.Kind.RELEASED).hasSize(2);
        } finally {
            release.countDown();
        }
    }

    @Test
    void leavesNoThreadBehind() {
        Set<Thread> before = jobqThreads();
        for (int i = 0; i < 3; i++) {
            try (JobQ jobq =
                    JobQ.builder().handle("x", Void.class, (nothing, job) -> {}).start()) {
                jobq.enqueue(Job.of("x")).result(Void.class).join();
            }
        }
        await().untilAsserted(() -> assertThat(jobqThreads()).isSubsetOf(before));
    }

    private static Set<Thread> jobqThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(each ->
                        each.getName().startsWith("jobq-") || each.getName().startsWith("worker-"))
                .collect(Collectors.toSet());
    }

    @Test
    void growsAndShrinksWhileRunning() throws Exception {
        Semaphore go = new Semaphore(0);
        AtomicInteger running = new AtomicInteger();
        try (JobQ jobq = JobQ.builder()
                .handle("work", Void.class, (nothing, job) -> {
                    running.incrementAndGet();
                    go.acquire();
                    running.decrementAndGet();
                })
                .worker(QUICK.withConcurrency(1))
                .start()) {
            for (int i = 0; i < 10; i++) {
                jobq.enqueue(Job.of("work"));
            }
            await().until(() -> running.get() == 1);
            jobq.workers().get(0).concurrency(4);
            await().until(() -> running.get() == 4);
            jobq.workers().get(0).concurrency(2);
            go.release(2);
            await().until(() -> running.get() == 2);
            assertThat(slots(jobq).total()).isEqualTo(2);
            go.release(100);
        }
    }

    @Test
    void autoscalesByBacklogAge() {
        CountDownLatch go = new CountDownLatch(1);
        try (JobQ jobq = JobQ.builder()
                .handle("work", Void.class, (nothing, job) -> go.await())
                .worker(QUICK.withConcurrency(1).withAutoscale(new Autoscale(1, 8, Duration.ofMillis(20))))
                .start()) {
            for (int i = 0; i < 20; i++) {
                jobq.enqueue(Job.of("work"));
            }
            await().until(() -> slots(jobq).wanted() == 8 && slots(jobq).used() == 8);
            go.countDown();
            await().until(() -> slots(jobq).total() < 8);
        }
    }

    @Test
    void aJobThatKeepsKillingItsWorkerIsTakenForPoison() throws Exception {
        try (Storage storage = new InMemoryStorage()) {
            JobQ jobq = JobQ.builder()
                    .storage(storage)
                    .handle("ok", Void.class, (nothing, job) -> {})
                    .worker(QUICK.withMaxLosses(1))
                    .build();
            JobHandle handle = jobq.enqueue(Job.of("ok"));
            // a worker that claims and dies
            storage.jobs()
                    .exchange(
                            List.of(),
                            new io.jobq.spi.Claim(
                                    new io.jobq.spi.WorkerLease("dead", Duration.ofMillis(1)),
                                    List.of(new io.jobq.spi.Claim.Share("default", 1)),
                                    1,
                                    Set.of()));
            jobq.start();
            assertThatThrownBy(() -> handle.result(Void.class).get()).hasMessageContaining("poison pill");
            assertThat(handle.find().orElseThrow().state()).isEqualTo(JobState.DEAD);
            jobq.close();
        }
    }
}
