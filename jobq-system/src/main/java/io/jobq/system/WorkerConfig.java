package io.jobq.system;

import io.jobq.WorkerOptions;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the workers of this process have in common.
 *
 * @param enabled false for a process that only enqueues
 * @param shared slots that serve all queues, each by its weight, 0 to 10,000; null for 10 if no queue is configured, else none
 * @param queueOrder how queues share these slots
 * @param options lease time and everything else; name, concurrency and queues do not matter, since each worker has its own
 */
public record WorkerConfig(boolean enabled, @Nullable Integer shared, QueueOrder queueOrder, WorkerOptions options) {
    /** How queues share slots. */
    public enum QueueOrder {
        /** Each by its {@link QueueConfig#weight}. */
        WEIGHTED,
        /** In the order of {@link SystemConfig#queues}, as {@link WorkerOptions#withQueuesInOrder} has it. */
        STRICT
    }

    /** With the defaults of {@link WorkerOptions}. */
    public static final WorkerConfig DEFAULT = new WorkerConfig(true, null, QueueOrder.WEIGHTED, WorkerOptions.DEFAULT);

    private static final int USUALLY_SHARED = 10;

    /** Checks ranges. */
    public WorkerConfig {
        if (shared != null) {
            QueueConfig.require("shared", shared, 0, 10_000);
        }
        Objects.requireNonNull(queueOrder, "queueOrder");
        Objects.requireNonNull(options, "options");
    }

    int sharedSlots(boolean noQueues) {
        return shared != null ? shared : noQueues ? USUALLY_SHARED : 0;
    }

    /** The same with another {@link #enabled()}. */
    public WorkerConfig withEnabled(boolean changed) {
        return new WorkerConfig(changed, shared, queueOrder, options);
    }

    /** The same with another {@link #shared()}. */
    public WorkerConfig withShared(int changed) {
        return new WorkerConfig(enabled, changed, queueOrder, options);
    }

    /** The same with another {@link #queueOrder()}. */
    public WorkerConfig withQueueOrder(QueueOrder changed) {
        return new WorkerConfig(enabled, shared, changed, options);
    }

    /** The same with other {@link #options()}. */
    public WorkerConfig withOptions(WorkerOptions changed) {
        return new WorkerConfig(enabled, shared, queueOrder, changed);
    }
}
