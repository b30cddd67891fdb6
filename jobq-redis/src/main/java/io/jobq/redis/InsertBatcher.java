package io.jobq.redis;

import io.jobq.spi.Guard;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Gathers the jobs of all callers: while one call to Redis is under way, others wait and go together in the next, so many
 * threads that enqueue one job each cost few round trips and nobody waits for a timer. Each caller's future completes
 * when its own jobs are stored.
 */
final class InsertBatcher {
    private static final int JOBS_AT_MOST = 1_000;
    private static final long BYTES_AT_MOST = 1 << 20;

    /**
     * One job on its way.
     *
     * @param answer as the script gives it
     */
    record Pending(QueueKeys queue, Args args, CompletableFuture<String> answer) {
        static Pending of(QueueKeys queue, NewJob job) {
            return new Pending(queue, args(job), new CompletableFuture<>());
        }

        private static Args args(NewJob job) {
            return new Args()
                    .add(job.id().toString())
                    .add(Dues.text(job.options().due()))
                    .add(lane(job.options()))
                    .add(condition(job))
                    .add(Heads.encode(job));
        }

        /** What it depends on: its guard, or its unique key. */
        private static String condition(NewJob job) {
            Guard guard = job.guard();
            return guard == null
                    ? Heads.wantedKey(job.options())
                    : "G" + guard.expectedVersion() + ":" + QueueKeys.bytes(guard.key()).length + ":" + guard.key()
                            + guard.json();
        }

        /** The level, and the tenant as it stands in the head. */
        private static String lane(JobOptions options) {
            String level = String.valueOf(options.priority().level());
            return options.tenant() == null ? level : level + Records.unquoted(options.tenant());
        }
    }

    private final Calls calls;
    private final Queue<Pending> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean underWay = new AtomicBoolean();

    InsertBatcher(Calls calls) {
        this.calls = calls;
    }

    void add(List<Pending> jobs) {
        waiting.addAll(jobs);
        next();
    }

    private void next() {
        while (!waiting.isEmpty() && underWay.compareAndSet(false, true)) {
            List<Pending> batch = take();
            if (batch.isEmpty()) {
                underWay.set(false);
            } else {
                send(batch);
            }
        }
    }

    private List<Pending> take() {
        List<Pending> batch = new ArrayList<>();
        long bytes = 0;
        Pending next;
        while (batch.size() < JOBS_AT_MOST && bytes < BYTES_AT_MOST && (next = waiting.poll()) != null) {
            batch.add(next);
            bytes += next.args().size();
        }
        return batch;
    }

    private void send(List<Pending> batch) {
        Map<QueueKeys, List<Pending>> byQueue = new LinkedHashMap<>();
        for (Pending job : batch) {
            byQueue.computeIfAbsent(job.queue(), none -> new ArrayList<>()).add(job);
        }
        CompletableFuture<?>[] all = byQueue.entrySet().stream()
                .map(each -> send(each.getKey(), each.getValue()))
                .toArray(CompletableFuture<?>[]::new);
        CompletableFuture.allOf(all).whenComplete((done, failed) -> {
            underWay.set(false);
            next();
        });
    }

    private CompletableFuture<?> send(QueueKeys queue, List<Pending> jobs) {
        Args args = new Args();
        jobs.forEach(job -> args.addAll(job.args()));
        return submit(queue, args).handle((reply, error) -> {
            for (int i = 0; i < jobs.size(); i++) {
                if (reply != null) {
                    jobs.get(i).answer().complete(reply.text(i));
                } else {
                    jobs.get(i).answer().completeExceptionally(error);
                }
            }
            return reply;
        });
    }

    private CompletableFuture<Reply> submit(QueueKeys queue, Args args) {
        try {
            return calls.sendDurably(Script.INSERT, queue, args);
        } catch (RuntimeException rejected) {
            return CompletableFuture.failedFuture(rejected);
        }
    }
}
