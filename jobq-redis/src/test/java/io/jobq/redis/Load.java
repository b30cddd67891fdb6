package io.jobq.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.Job;
import io.jobq.JobId;
import io.jobq.JobQ;
import io.jobq.JobQException;
import io.jobq.JobSnapshot;
import io.jobq.WorkerOptions;
import io.jobq.spi.StorageException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A producer and a worker, each on a connection of its own, while a test breaks things. The producer repeats an enqueue
 * that failed, with the same id, until it is taken; every job taken must run.
 */
final class Load implements AutoCloseable {
    private static final String TYPE = "count";
    private final RedisStorage producing;
    private final RedisStorage working;
    private final JobQ producer;
    private final JobQ worker;
    private final Set<JobId> taken = ConcurrentHashMap.newKeySet();
    private final Map<JobId, AtomicInteger> runs = new ConcurrentHashMap<>();
    private final AtomicInteger refusals = new AtomicInteger();
    private final Thread thread;
    private volatile boolean stopped;

    /** Starts it. The worker's lease is short, so that what a break leaves behind is soon taken up again. */
    Load(RedisOptions options) {
        producing = RedisStorage.connect(options);
        working = RedisStorage.connect(options);
        producer = JobQ.builder().storage(producing).build();
        worker = JobQ.builder()
                .storage(working)
                .handle(
                        TYPE,
                        Integer.class,
                        (number, job) -> runs.computeIfAbsent(job.id(), id -> new AtomicInteger())
                                .incrementAndGet())
                .worker(WorkerOptions.DEFAULT
                        .withConcurrency(4)
                        .withLeaseTime(Duration.ofSeconds(3))
                        .withFallbackPoll(Duration.ofSeconds(1)))
                .build();
        worker.start();
        thread = new Thread(this::produce, "load-producer");
        thread.start();
    }

    private void produce() {
        while (!stopped) {
            Job job = Job.of(TYPE, taken.size()).id(JobId.next());
            while (!enqueued(job)) {
                LockSupport.parkNanos(20_000_000);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    private boolean enqueued(Job job) {
        try {
            taken.add(producer.queue("default").enqueue(job).id());
            return true;
        } catch (StorageException away) {
            refusals.incrementAndGet();
            return false;
        } catch (JobQException other) {
            throw new AssertionError("not what an outage should look like", other);
        }
    }

    /** Waits until some more jobs have been taken and run: the system goes on. */
    void awaitProgress() {
        int before = runs.size();
        RedisProcess.patiently().untilAsserted(() -> assertThat(runs.size()).isGreaterThan(before + 50));
    }

    /** Waits until some more enqueues have failed. */
    void awaitRefusals(int more) {
        int before = refusals.get();
        RedisProcess.patiently().until(() -> refusals.get() >= before + more);
    }

    /** Stops producing, and waits until every job has run. */
    void awaitAll() throws InterruptedException {
        stopped = true;
        thread.join();
        RedisProcess.patiently().untilAsserted(() -> assertThat(missing()).isEmpty());
        assertThat(taken).isNotEmpty();
    }

    /** What was taken and has not run, as it is stored. */
    private List<String> missing() {
        return taken.stream()
                .filter(id -> !runs.containsKey(id))
                .map(id -> id + ": "
                        + producer.job(id).find().map(JobSnapshot::toString).orElse("not stored"))
                .toList();
    }

    /** How many jobs ran more than once. */
    long repeated() {
        return runs.values().stream().filter(count -> count.get() > 1).count();
    }

    @Override
    public void close() {
        stopped = true;
        worker.close();
        producer.close();
        producing.close();
        working.close();
    }
}
