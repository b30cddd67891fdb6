package io.jobq.benchmarks.chaos;

import io.jobq.Job;
import io.jobq.JobQ;
import io.jobq.WorkerOptions;
import io.jobq.spi.Storage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds out, when nothing else runs, how many jobs a limit lets run at once: as many as it says, no fewer and no more. */
final class LimitProbe {
    private static final int CONCURRENCY = 200;
    /** So long a job waits for others that shall run beside it. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /** So long those that may run stay, in case one more comes. */
    private static final Duration STAY = Duration.ofMillis(100);

    private final ChaosSettings settings;
    private final List<Slots> all;
    private volatile Gate gate = new Gate(0);

    /**
     * Jobs of one kind.
     *
     * @param limit how many of them may run at once
     */
    record Slots(
            String type, @Nullable String tenant, @Nullable String key, int limit) {
        Job job() {
            Job job = Job.of(type, new LimitsScenario.Work(0, ""));
            job = tenant == null ? job : job.tenant(tenant);
            return key == null ? job : job.limitKey(key);
        }
    }

    /** Lets nobody leave before as many have come as may, and counts them. */
    private static final class Gate {
        private final int limit;
        private int running;
        private int most;
        private int ended;

        Gate(int limit) {
            this.limit = limit;
        }

        synchronized void pass() throws InterruptedException {
            running++;
            most = Math.max(most, running);
            notifyAll();
            awaitUntil(System.nanoTime() + PATIENCE.toNanos(), limit, 0);
            awaitUntil(System.nanoTime() + STAY.toNanos(), limit + 1, 0);
            running--;
            ended++;
            notifyAll();
        }

        /** Returns how many ran at once when so many have ended. */
        synchronized int awaitEnd(int jobs) throws InterruptedException {
            awaitUntil(System.nanoTime() + PATIENCE.multipliedBy(2).toNanos(), 0, jobs);
            return most;
        }

        private void awaitUntil(long deadline, int atOnce, int inAll) throws InterruptedException {
            while ((most < atOnce || ended < inAll) && System.nanoTime() - deadline < 0) {
                wait(STAY.toMillis());
            }
        }
    }

    LimitProbe(ChaosSettings settings, List<Slots> all) {
        this.settings = settings;
        this.all = all;
    }

    /** Returns what is wrong first: a slot that is lost there is lost to all that come after. */
    List<String> run() {
        List<String> wrong = new ArrayList<>();
        try (Storage storage = settings.connect(settings.uri());
                JobQ jobq = JobQ.builder()
                        .storage(storage)
                        .handle("alpha", LimitsScenario.Work.class, (work, job) -> gate.pass())
                        .handle("beta", LimitsScenario.Work.class, (work, job) -> gate.pass())
                        .worker(WorkerOptions.DEFAULT
                                .withQueues(Map.of(ChaosSettings.QUEUE, 1))
                                .withConcurrency(CONCURRENCY))
                        .start()) {
            for (Slots slots : all) {
                int most = probe(jobq, slots);
                if (most != slots.limit()) {
                    wrong.add(most + " at once of " + slots);
                    break;
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            wrong.add("interrupted");
        }
        return wrong;
    }

    private int probe(JobQ jobq, Slots slots) throws InterruptedException {
        gate = new Gate(slots.limit());
        int jobs = 2 * slots.limit();
        for (int i = 0; i < jobs; i++) {
            jobq.queue(ChaosSettings.QUEUE).enqueue(slots.job());
        }
        return gate.awaitEnd(jobs);
    }
}
