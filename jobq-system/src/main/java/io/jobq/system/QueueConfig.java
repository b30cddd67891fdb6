package io.jobq.system;

import org.jspecify.annotations.Nullable;

/**
 * How this process serves a queue.
 *
 * @param weight its share of the shared slots ({@link WorkerConfig#shared}) while all queues are busy, 1 to 1,000
 * @param workers slots that serve this queue only, 0 to 10,000
 * @param priorities how its priority levels share it, for all processes; null leaves it as it is stored, strict at first
 */
public record QueueConfig(int weight, int workers, @Nullable Priorities priorities) {
    /** How priority levels share a queue. */
    public enum Priorities {
        /** More urgent jobs first. */
        STRICT,
        /** By weight and with a longest wait, as {@link io.jobq.limits.Limits#weightedLevels} has them. */
        WEIGHTED
    }

    /** Checks ranges. */
    public QueueConfig {
        require("weight", weight, 1, 1_000);
        require("workers", workers, 0, 10_000);
    }

    /** With a weight and slots of its own; priorities as they are stored. */
    public static QueueConfig of(int weight, int workers) {
        return new QueueConfig(weight, workers, null);
    }

    /** The same with another {@link #priorities()}. */
    public QueueConfig withPriorities(Priorities changed) {
        return new QueueConfig(weight, workers, changed);
    }

    static void require(String what, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(what + " must be " + min + " to " + max + ", but is " + value);
        }
    }
}
