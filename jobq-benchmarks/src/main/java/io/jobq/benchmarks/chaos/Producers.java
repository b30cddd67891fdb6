package io.jobq.benchmarks.chaos;

import io.jobq.Job;
import io.jobq.JobHandle;
import io.jobq.JobId;
import io.jobq.JobQ;
import io.jobq.Queue;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Threads that enqueue each job with its own id again and again until it is accepted. */
final class Producers {
    private final JobQ jobq;
    private final Source source;
    private final Consumer<String> accepted;
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;

    /**
     * How fast.
     *
     * @param rate jobs per second, of all threads together
     * @param burst how many jobs a thread sends at a time, in one call
     */
    record Pace(int threads, int rate, int burst) {}

    /** Makes jobs, for several threads. */
    interface Source {
        /** The next; null if there is none any more. */
        @Nullable
        Job next(SplittableRandom random);
    }

    /**
     * Starts them.
     *
     * @param accepted is told the job that enqueueing has answered with, by several threads
     */
    Producers(JobQ jobq, Pace pace, Source source, Consumer<String> accepted, SplittableRandom random) {
        this.jobq = jobq;
        this.source = source;
        this.accepted = accepted;
        for (int i = 0; i < pace.threads(); i++) {
            SplittableRandom own = random.split();
            Thread thread = new Thread(() -> produce(pace, own), "chaos-producer-" + i);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
    }

    private void produce(Pace pace, SplittableRandom random) {
        Queue queue = jobq.queue(ChaosSettings.QUEUE);
        long interval = TimeUnit.SECONDS.toNanos(pace.threads()) * pace.burst() / pace.rate();
        for (long next = System.nanoTime(); !stopped; next = Math.max(next + interval, System.nanoTime() - interval)) {
            LockSupport.parkNanos(this, next - System.nanoTime());
            List<Job> jobs = some(pace.burst(), random);
            if (jobs.isEmpty()) {
                return;
            }
            List<JobHandle> handles = Patience.until(
                    () -> jobs.size() == 1 ? List.of(queue.enqueue(jobs.get(0))) : queue.enqueueAll(jobs));
            handles.forEach(handle -> accepted.accept(handle.id().toString()));
        }
    }

    /** So many, or what is left. */
    private List<Job> some(int most, SplittableRandom random) {
        List<Job> jobs = new ArrayList<>();
        Job job = source.next(random);
        while (job != null) {
            jobs.add(job.id(JobId.next()));
            job = jobs.size() < most ? source.next(random) : null;
        }
        return jobs;
    }

    /** Stops them, each after the call that it is in. */
    void stop() {
        stopped = true;
    }

    /** Waits until they have stopped, or the source has no more. */
    void awaitEnd() throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
    }
}
