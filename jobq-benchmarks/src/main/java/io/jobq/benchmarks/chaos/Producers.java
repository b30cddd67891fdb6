package io.jobq.benchmarks.chaos;

import io.jobq.Job;
import io.jobq.JobId;
import io.jobq.JobQ;
import io.jobq.Priority;
import io.jobq.Queue;
import io.jobq.spi.Storage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Enqueues without a pause, and each job with its own id again and again until it is accepted. */
final class Producers implements AutoCloseable {
    private static final int THREADS = 4;
    private static final int LONGEST_DELAY = 1_000;

    private final Storage storage;
    private final JobQ jobq;
    private final Set<String> accepted = ConcurrentHashMap.newKeySet();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;

    /** Starts them: so many jobs per second in all, that work for so long on average. */
    Producers(Storage storage, int rate, int workMillis, SplittableRandom random) {
        this.storage = storage;
        this.jobq = JobQ.builder().storage(storage).producerOnly().build();
        long interval = TimeUnit.SECONDS.toNanos(THREADS) / rate;
        for (int i = 0; i < THREADS; i++) {
            SplittableRandom own = random.split();
            Thread thread = new Thread(() -> produce(interval, workMillis, own), "chaos-producer-" + i);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
    }

    private void produce(long interval, int workMillis, SplittableRandom random) {
        Queue queue = jobq.queue(ChaosSettings.QUEUE);
        for (long next = System.nanoTime(); !stopped; next = Math.max(next + interval, System.nanoTime() - interval)) {
            LockSupport.parkNanos(this, next - System.nanoTime());
            JobId id = JobId.next();
            Job job = job(random, workMillis).id(id);
            Patience.until(() -> queue.enqueue(job));
            accepted.add(id.toString());
        }
    }

    /** Some are delayed, some are urgent, so that every way through the storage is taken. */
    private static Job job(SplittableRandom random, int workMillis) {
        Job job = Job.of(ChaosSettings.TYPE, random.nextLong(2L * workMillis + 1));
        return switch (random.nextInt(10)) {
            case 0 -> job.delay(Duration.ofMillis(random.nextInt(LONGEST_DELAY)));
            case 1 -> job.priority(Priority.HIGH);
            default -> job;
        };
    }

    /** Stops them, and returns the jobs whose enqueue has returned. */
    Set<String> stop() throws InterruptedException {
        stopped = true;
        for (Thread thread : threads) {
            thread.join();
        }
        return accepted;
    }

    @Override
    public void close() {
        stopped = true;
        jobq.close();
        storage.close();
    }
}
