package io.jobq.benchmarks.peers;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.redisson.Redisson;
import org.redisson.api.RScheduledExecutorService;
import org.redisson.api.RedissonClient;
import org.redisson.api.WorkerOptions;
import org.redisson.api.options.ExecutorOptions;
import org.redisson.config.Config;

/**
 * Redisson's executor service, the part of it that runs jobs. (Its queues hand out elements but run nothing; the one that
 * wants them acknowledged is not in the free edition.)
 */
final class RedissonPeer implements JvmPeer {
    /** Beside the slots, each of which waits for jobs on a connection: what it has by default. */
    private static final int SPARE_CONNECTIONS = 64;

    @Override
    public String name() {
        return "Redisson";
    }

    @Override
    public StoreKind store() {
        return StoreKind.REDIS;
    }

    @Override
    public String bestSettings() {
        return "`taskRetryInterval` 10 s (Javadoc of `ExecutorOptions`), a connection for each slot and 64 more "
                + "(`connectionPoolSize`, documentation, configuration); an executor with a thread for each slot also with "
                + "the defaults, whose 16 threads would not do";
    }

    @Override
    public Session open(Setup setup) {
        Config config = new Config();
        var server = config.useSingleServer().setAddress(setup.uri());
        ExecutorOptions options = ExecutorOptions.name("work");
        if (setup.isBest()) {
            server.setConnectionPoolSize(setup.slots() + SPARE_CONNECTIONS);
            options = options.taskRetryInterval(Duration.ofSeconds(10));
        }
        RedissonClient client = Redisson.create(config);
        return new Connected(
                client, client.getExecutorService(options), setup.slots(), Executors.newFixedThreadPool(setup.slots()));
    }

    private record Connected(
            RedissonClient client, RScheduledExecutorService service, int slots, ExecutorService threads)
            implements Session {
        @Override
        public void enqueue(Work work) {
            service.execute(new RedissonTask(work));
        }

        @Override
        public void enqueueAll(List<Work> works) {
            service.execute(works.stream().map(RedissonTask::new).toArray(Runnable[]::new));
        }

        @Override
        public void enqueueAt(Work work, Instant due) {
            long millis = Math.max(0, Duration.between(Instant.now(), due).toMillis());
            service.schedule(new RedissonTask(work), millis, TimeUnit.MILLISECONDS);
        }

        @Override
        public void startWorker() {
            service.registerWorkers(WorkerOptions.defaults().workers(slots).executorService(threads));
        }

        @Override
        public long unsettled() {
            return service.getTaskCount();
        }

        @Override
        public void close() {
            service.deregisterWorkers(); // else closing waits for their blocked calls
            client.shutdown(0, 1, TimeUnit.SECONDS);
            threads.shutdownNow();
        }
    }
}
