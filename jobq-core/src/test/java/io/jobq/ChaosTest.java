package io.jobq;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.memory.InMemoryStorage;
import io.jobq.spi.Retention;
import io.jobq.spi.StorageStats.QueueStats;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ten thousand jobs whose handlers, interceptors and listeners do all that handlers should not do. */
@Timeout(120)
class ChaosTest {
    private static final int JOBS = 10_000;

    /** How a job behaves, drawn by its number so that a run can be repeated. */
    private static final class Misbehaviour {
        final Random random;
        final CountDownLatch end = new CountDownLatch(1);

        Misbehaviour(long seed) {
            random = new Random(seed);
        }

        Object act() throws Exception {
            int dice;
            synchronized (random) {
                dice = random.nextInt(1_000);
            }
            if (dice < 200) {
                throw new IllegalStateException("random failure");
            } else if (dice < 250) {
                throw new AssertionError("random error");
            } else if (dice < 260) {
                throw new StackOverflowError();
            } else if (dice < 300) {
                new CountDownLatch(1).await(); // until its time is up
            } else if (dice < 303) {
                ignoreInterrupts();
            } else if (dice < 350) {
                return Outcome.snooze(Duration.ofMillis(1), "later");
            } else if (dice < 400) {
                return Outcome.retry("please");
            } else if (dice < 410) {
                return Outcome.discard("no good");
            } else if (dice < 500) {
                Thread.currentThread().interrupt();
                return null;
            }
            return "fine";
        }

        private void ignoreInterrupts() {
            long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300);
            while (System.nanoTime() < until && end.getCount() > 0) {
                Thread.onSpinWait();
            }
        }
    }

    private static final class RudeInterceptor implements JobInterceptor {
        final AtomicInteger calls = new AtomicInteger();

        @Override
        public Outcome aroundPerform(JobContext job, Callable<Outcome> next) throws Exception {
            int call = calls.incrementAndGet();
            if (call % 97 == 0) {
                throw new IllegalArgumentException("from an interceptor, before");
            }
            Outcome outcome = next.call();
            if (call % 89 == 0) {
                throw new LinkageError("from an interceptor, after");
            }
            return outcome;
        }
    }

    /** Counts, and throws while at it. */
    private static final class RudeListener implements JobListener {
        final Map<Long, Integer> open = new ConcurrentHashMap<>();
        final AtomicInteger starts = new AtomicInteger();
        final Map<JobEnd.Kind, AtomicInteger> ends = new ConcurrentHashMap<>();
        final AtomicInteger unmatched = new AtomicInteger();

        @Override
        public void onStart(JobContext job) {
            if (open.put(job.fencingToken(), 1) != null) {
                unmatched.incrementAndGet();
            }
            if (starts.incrementAndGet() % 50 == 0) {
                throw new IllegalStateException("from a listener");
            }
        }

        @Override
        public void onEnd(JobContext job, JobEnd end) {
            if (open.remove(job.fencingToken()) == null) {
                unmatched.incrementAndGet();
            }
            if (ends.computeIfAbsent(end.kind(), kind -> new AtomicInteger()).incrementAndGet() % 50 == 0) {
                throw new OutOfMemoryError("from a listener, not really");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 64})
    void everyJobEndsAndTheCountsAgree(int slots) {
        Set<Thread> before = Thread.getAllStackTraces().keySet(); // those that other tests have left are not ours
        Misbehaviour misbehaviour = new Misbehaviour(slots);
        RudeListener listener = new RudeListener();
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        Retention all = new Retention(JOBS, Duration.ofDays(1), JOBS, Duration.ofDays(1));
        try (InMemoryStorage storage = new InMemoryStorage(all, Clock.systemUTC())) {
            JobQ jobq = JobQ.builder()
                    .storage(storage)
                    .compute("chaos", Integer.class, (number, job) -> misbehaviour.act())
                    .timeout(Duration.ofMillis(20))
                    .retry(RetryPolicy.fixed(Duration.ofMillis(1)).maxAttempts(3))
                    .interceptor(new RudeInterceptor())
                    .listener(listener)
                    .meterRegistry(meters)
                    .worker(WorkerOptions.DEFAULT
                            .withConcurrency(slots)
                            .withLeaseTime(Duration.ofSeconds(1))
                            .withShutdownTimeout(Duration.ofSeconds(2))
                            .withInterruptGrace(Duration.ofMillis(50)))
                    .start();
            List<Job> jobs = new ArrayList<>();
            for (int i = 0; i < JOBS; i++) {
                jobs.add(Job.of("chaos", i));
            }
            jobq.queue("default").enqueueAll(jobs);
            Awaitility.await().atMost(Duration.ofSeconds(100)).until(() -> {
                QueueStats stats = storage.admin().stats().queues().get("default");
                return stats.count(JobState.SUCCEEDED) + stats.count(JobState.DEAD) == JOBS;
            });
            QueueStats stats = storage.admin().stats().queues().get("default");
            misbehaviour.end.countDown();
            long start = System.nanoTime();
            jobq.close();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
            assertCountsAgree(stats, listener, meters);
        }
        Awaitility.await()
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .filteredOn(thread -> !before.contains(thread))
                        .extracting(Thread::getName)
                        .noneMatch(name -> name.startsWith("jobq-") || name.startsWith("worker-")));
    }

    private static void assertCountsAgree(QueueStats stats, RudeListener listener, SimpleMeterRegistry meters) {
        assertThat(listener.unmatched).hasValue(0);
        assertThat(listener.open).isEmpty();
        assertThat(count(meters, "jobq.jobs.enqueued")).isEqualTo(JOBS);
        assertThat(count(meters, "jobq.jobs.started")).isEqualTo(listener.starts.get());
        assertThat(count(meters, "jobq.jobs.succeeded")).isEqualTo(stats.count(JobState.SUCCEEDED));
        assertThat(count(meters, "jobq.jobs.dead")).isEqualTo(stats.count(JobState.DEAD));
        assertThat(count(meters, "jobq.jobs.lost")).isZero();
        assertThat(count(meters, "jobq.jobs.succeeded")).isEqualTo(ends(listener, JobEnd.Kind.SUCCEEDED));
        assertThat(count(meters, "jobq.jobs.retried")).isEqualTo(ends(listener, JobEnd.Kind.RETRIED));
        assertThat(count(meters, "jobq.jobs.snoozed")).isEqualTo(ends(listener, JobEnd.Kind.SNOOZED));
        assertThat(count(meters, "jobq.jobs.dead")).isEqualTo(ends(listener, JobEnd.Kind.DEAD));
        long decided =
                listener.ends.values().stream().mapToInt(AtomicInteger::get).sum();
        assertThat(decided).isEqualTo(listener.starts.get());
    }

    private static long count(SimpleMeterRegistry meters, String name) {
        return (long) meters.get(name)
                .tags("queue", "default", "type", "chaos")
                .counter()
                .count();
    }

    private static int ends(RudeListener listener, JobEnd.Kind kind) {
        return listener.ends.getOrDefault(kind, new AtomicInteger()).get();
    }
}
