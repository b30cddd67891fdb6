package io.jobq.system;

import io.jobq.JobQ;
import io.jobq.RetryPolicy;
import io.jobq.TypeOptions;
import io.jobq.WorkerOptions;
import io.jobq.idempotency.IdempotencyStore;
import io.jobq.memory.InMemoryStorage;
import io.jobq.redis.RedisStorage;
import io.jobq.spi.Storage;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a configuration means in terms of core. */
final class Assembly {
    private final SystemConfig config;

    Assembly(SystemConfig config) {
        this.config = config;
    }

    Storage storage() {
        if (config.storage() instanceof StorageConfig.Redis redis) {
            return RedisStorage.connect(redis.options());
        }
        return new InMemoryStorage(((StorageConfig.Memory) config.storage()).retention(), Clock.systemUTC());
    }

    /** Where the records of effects live: beside the jobs. */
    IdempotencyStore idempotency(Storage storage) {
        return storage instanceof RedisStorage redis ? redis.idempotency() : IdempotencyStore.inMemory();
    }

    /** Sets what is configured; code may change it afterwards. */
    void configure(JobQ.Builder builder) {
        RetryPolicy retry = config.retry().policy();
        builder.retry(retry).timeout(config.timeout());
        config.types().forEach((name, type) -> builder.type(name, options -> changed(options, type, retry)));
        List<WorkerOptions> workers = workers();
        workers.forEach(builder::worker);
        if (workers.isEmpty()) {
            builder.producerOnly();
        }
    }

    private static TypeOptions changed(TypeOptions options, TypeConfig type, RetryPolicy ofSystem) {
        TypeOptions changed = type.queue() == null ? options : options.withQueue(type.queue());
        if (type.timeout() != null) {
            changed = changed.withTimeout(type.timeout());
        }
        if (type.maxAttempts() != null) {
            RetryPolicy retry = options.retry() == null ? ofSystem : options.retry();
            changed = changed.withRetry(retry.maxAttempts(type.maxAttempts()));
        }
        return changed;
    }

    /** One for each queue that has slots of its own, and one for the slots that all share. */
    List<WorkerOptions> workers() {
        List<WorkerOptions> workers = new ArrayList<>();
        if (!config.worker().enabled()) {
            return workers;
        }
        config.queues().forEach((name, queue) -> {
            if (queue.workers() > 0) {
                workers.add(worker(name, queue.workers()).withQueues(Map.of(name, queue.weight())));
            }
        });
        int shared = config.worker().sharedSlots(config.queues().isEmpty());
        if (shared > 0) {
            workers.add(sharing(worker("shared", shared)));
        }
        return workers;
    }

    private WorkerOptions worker(String name, int slots) {
        return config.worker().options().withName(name).withConcurrency(slots);
    }

    private WorkerOptions sharing(WorkerOptions all) {
        if (config.worker().queueOrder() == WorkerConfig.QueueOrder.STRICT) {
            return all.withQueuesInOrder(config.queues().keySet().toArray(String[]::new));
        }
        Map<String, Integer> weights = new LinkedHashMap<>();
        config.queues().forEach((name, queue) -> weights.put(name, queue.weight()));
        return all.withQueues(weights);
    }
}
