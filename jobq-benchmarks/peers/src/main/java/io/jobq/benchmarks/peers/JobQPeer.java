package io.jobq.benchmarks.peers;

import io.jobq.Job;
import io.jobq.JobQ;
import io.jobq.JobState;
import io.jobq.WorkerOptions;
import io.jobq.redis.RedisOptions;
import io.jobq.redis.RedisStorage;
import io.jobq.spi.Retention;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** JobQ on Redis. */
final class JobQPeer implements JvmPeer {
    private static final String TYPE = "work";
    private static final String QUEUE = "default";
    private static final Retention NOTHING = new Retention(0, Duration.ZERO, 10_000, Duration.ofDays(90));

    @Override
    public String name() {
        return "JobQ";
    }

    @Override
    public StoreKind store() {
        return StoreKind.REDIS;
    }

    @Override
    public String bestSettings() {
        return "`leaseTime` 10 s, no succeeded jobs kept (README, options)";
    }

    @Override
    public Session open(Setup setup) {
        RedisOptions options = RedisOptions.of(setup.uri());
        WorkerOptions worker = WorkerOptions.DEFAULT.withConcurrency(setup.slots());
        if (setup.isBest()) {
            options = options.withRetention(NOTHING);
            worker = worker.withLeaseTime(Duration.ofSeconds(10));
        }
        RedisStorage storage = RedisStorage.connect(options);
        JobQ jobq = JobQ.builder()
                .storage(storage)
                .handle(TYPE, Work.class, (work, job) -> Handling.run(work))
                .worker(worker)
                .build();
        return new Connected(storage, jobq);
    }

    private record Connected(RedisStorage storage, JobQ jobq) implements Session {
        @Override
        public void enqueue(Work work) {
            jobq.queue(QUEUE).enqueue(TYPE, work);
        }

        @Override
        public void enqueueAll(List<Work> works) {
            jobq.queue(QUEUE)
                    .enqueueAll(works.stream().map(work -> Job.of(TYPE, work)).toList());
        }

        @Override
        public void enqueueAt(Work work, Instant due) {
            jobq.queue(QUEUE).enqueue(Job.of(TYPE, work).runAt(due));
        }

        @Override
        public void startWorker() {
            jobq.start();
        }

        @Override
        public long unsettled() {
            var stats = storage.admin().stats().queues().get(QUEUE);
            return stats == null
                    ? 0
                    : Stream.of(JobState.READY, JobState.RUNNING, JobState.SCHEDULED)
                            .mapToLong(stats::count)
                            .sum();
        }

        @Override
        public void close() {
            jobq.close();
            storage.close();
        }
    }
}
