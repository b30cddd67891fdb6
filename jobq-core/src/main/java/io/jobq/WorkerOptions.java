package io.jobq;

import io.jobq.spi.DurationText;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a worker works. Start from {@link #DEFAULT} and change what differs.
 *
 * @param name for people; workers may share it
 * @param concurrency slots, 1 to 10,000: no more handlers run at once; of short jobs, as many more are claimed as the
 *     slots take on within two milliseconds
 * @param queues the queues it serves and their weights; empty means {@code default} and every queue that a handler names
 * @param queuesInOrder whether a queue gives jobs only while those before it have none, and weights do not matter
 * @param leaseTime after this long without a sign of life its jobs go to others, 1 s or more
 * @param shutdownTimeout how long closing waits for running jobs
 * @param interruptGrace how long an interrupted handler has to end before it is abandoned
 * @param maxLosses a job whose lease has run out this often is taken for a poison pill and goes to the dead letters
 * @param fallbackPoll an idle worker looks this often in case a wake-up was lost
 * @param autoscale moves the concurrency by backlog; null keeps it
 */
public record WorkerOptions(
        String name,
        int concurrency,
        Map<String, Integer> queues,
        boolean queuesInOrder,
        Duration leaseTime,
        Duration shutdownTimeout,
        Duration interruptGrace,
        int maxLosses,
        Duration fallbackPoll,
        @Nullable Autoscale autoscale) {
    /** Ten slots, leases of 30 s, 20 s to shut down, 5 s of grace, dead after 3 losses, a look every 5 s. */
    public static final WorkerOptions DEFAULT = new WorkerOptions(
            "worker",
            10,
            Map.of(),
            false,
            Duration.ofSeconds(30),
            Duration.ofSeconds(20),
            Duration.ofSeconds(5),
            3,
            Duration.ofSeconds(5),
            null);

    /** Checks ranges. */
    public WorkerOptions {
        Names.require("worker", name);
        requireRange("concurrency", concurrency, 1, 10_000);
        queues = Collections.unmodifiableMap(new LinkedHashMap<>(queues));
        queues.forEach((queue, weight) -> {
            Names.require("queue", queue);
            requireRange("weight of queue '" + queue + "'", weight, 1, 1_000_000);
        });
        if (queuesInOrder && queues.isEmpty()) {
            throw new IllegalArgumentException("queues that are served in order must be named, at least one of them");
        }
        requireAtLeast("leaseTime", leaseTime, Duration.ofSeconds(1));
        requireAtLeast("shutdownTimeout", shutdownTimeout, Duration.ZERO);
        requireAtLeast("interruptGrace", interruptGrace, Duration.ZERO);
        requireRange("maxLosses", maxLosses, 1, Integer.MAX_VALUE);
        requireAtLeast("fallbackPoll", fallbackPoll, Duration.ofMillis(10));
    }

    private static void requireRange(String what, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(what + " must be " + min + " to " + max + ", but is " + value);
        }
    }

    private static void requireAtLeast(String what, Duration value, Duration min) {
        if (value.compareTo(min) < 0) {
            throw new IllegalArgumentException(
                    what + " must be at least " + DurationText.of(min) + ", but is " + DurationText.of(value));
        }
    }

    /**
     * These options for one more queue with a weight, 1 or more: its share of the slots while all queues are busy.
     *
     * @throws IllegalStateException if the queues are {@linkplain #withQueuesInOrder served in order}
     */
    public WorkerOptions queue(String queue, int weight) {
        if (queuesInOrder) {
            throw new IllegalStateException("queue '" + queue + "' can't have a weight beside " + queues.keySet()
                    + ", which are served in order; name it there, or give all of them weights with withQueues");
        }
        Map<String, Integer> more = new LinkedHashMap<>(queues);
        more.put(queue, weight);
        return withQueues(more);
    }

    /** These options with another {@link #name()}. */
    public WorkerOptions withName(String changed) {
        return new WorkerOptions(
                changed,
                concurrency,
                queues,
                queuesInOrder,
                leaseTime,
                shutdownTimeout,
                interruptGrace,
                maxLosses,
                fallbackPoll,
                autoscale);
    }

    /** These options with another {@link #concurrency()}. */
    public WorkerOptions withConcurrency(int changed) {
        return new WorkerOptions(
                name,
                changed,
                queues,
                queuesInOrder,
                leaseTime,
                shutdownTimeout,
                interruptGrace,
                maxLosses,
                fallbackPoll,
                autoscale);
    }

    /** These options with other {@link #queues()}, which share the slots by weight. */
    public WorkerOptions withQueues(Map<String, Integer> changed) {
        return serving(changed, false);
    }

    /**
     * These options with other queues, which share the slots evenly.
     *
     * @throws IllegalArgumentException if one is named twice
     */
    public WorkerOptions withQueues(String... changed) {
        return serving(weighingOne(changed), false);
    }

    /**
     * These options with other queues, served in this order: one gives jobs only while those before it have no ready
     * ones, so it may wait without end. No slot stays empty while any of them has work; a running job is not stopped for
     * one that comes later.
     *
     * @throws IllegalArgumentException if none is named, or one twice
     */
    public WorkerOptions withQueuesInOrder(String... changed) {
        return serving(weighingOne(changed), true);
    }

    private static Map<String, Integer> weighingOne(String... queues) {
        Map<String, Integer> weights = new LinkedHashMap<>();
        for (String queue : queues) {
            if (weights.put(queue, 1) != null) {
                throw new IllegalArgumentException("queue '" + queue + "' is named twice in " + Arrays.asList(queues));
            }
        }
        return weights;
    }

    private WorkerOptions serving(Map<String, Integer> changed, boolean inOrder) {
        return new WorkerOptions(
                name,
                concurrency,
                changed,
                inOrder,
                leaseTime,
                shutdownTimeout,
                interruptGrace,
                maxLosses,
                fallbackPoll,
                autoscale);
    }

    /** These options with another {@link #leaseTime()}. */
    public WorkerOptions withLeaseTime(Duration changed) {
        return new WorkerOptions(
                name,
                concurrency,
                queues,
                queuesInOrder,
                changed,
                shutdownTimeout,
                interruptGrace,
                maxLosses,
                fallbackPoll,
                autoscale);
    }

    /** These options with another {@link #shutdownTimeout()}. */
    public WorkerOptions withShutdownTimeout(Duration changed) {
        return new WorkerOptions(
                name,
                concurrency,
                queues,
                queuesInOrder,
                leaseTime,
                changed,
                interruptGrace,
                maxLosses,
                fallbackPoll,
                autoscale);
    }

    /** These options with another {@link #interruptGrace()}. */
    public WorkerOptions withInterruptGrace(Duration changed) {
        return new WorkerOptions(
                name,
                concurrency,
                queues,
                queuesInOrder,
                leaseTime,
                shutdownTimeout,
                changed,
                maxLosses,
                fallbackPoll,
                autoscale);
    }

    /** These options with another {@link #maxLosses()}. */
    public WorkerOptions withMaxLosses(int changed) {
        return new WorkerOptions(
                name,
                concurrency,
                queues,
                queuesInOrder,
                leaseTime,
                shutdownTimeout,
                interruptGrace,
                changed,
                fallbackPoll,
                autoscale);
    }

    /** These options with another {@link #fallbackPoll()}. */
    public WorkerOptions withFallbackPoll(Duration changed) {
        return new WorkerOptions(
                name,
                concurrency,
                queues,
                queuesInOrder,
                leaseTime,
                shutdownTimeout,
                interruptGrace,
                maxLosses,
                changed,
                autoscale);
    }

    /** These options with another {@link #autoscale()}. */
    public WorkerOptions withAutoscale(@Nullable Autoscale changed) {
        return new WorkerOptions(
                name,
                concurrency,
                queues,
                queuesInOrder,
                leaseTime,
                shutdownTimeout,
                interruptGrace,
                maxLosses,
                fallbackPoll,
                changed);
    }
}
