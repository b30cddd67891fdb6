package io.jobq.internal;

import io.jobq.Autoscale;
import io.jobq.WorkerOptions;
import io.jobq.spi.Storage;
import io.jobq.spi.StorageStats.QueueStats;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Moves a worker's concurrency by its backlog, about once a second. For the keeper's thread alone. */
final class Scaler {
    private static final Logger log = LoggerFactory.getLogger(Scaler.class);
    private static final long EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(950);

    private final String worker;
    private final Storage storage;
    private final WorkerOptions options;
    private final Slots<?> slots;
    private final IntConsumer resize;
    private long scaledNanos;
    private boolean scaled;

    Scaler(String worker, Storage storage, WorkerOptions options, Slots<?> slots, IntConsumer resize) {
        this.worker = worker;
        this.storage = storage;
        this.options = options;
        this.slots = slots;
        this.resize = resize;
    }

    void tick(long nowNanos) {
        Autoscale autoscale = options.autoscale();
        if (autoscale == null || (scaled && nowNanos - scaledNanos < EVERY_NANOS)) {
            return;
        }
        scaled = true;
        scaledNanos = nowNanos;
        try {
            int next = autoscale.wanted(slots.total(), slots.used(), oldest());
            if (next != slots.total()) {
                resize.accept(next);
            }
        } catch (RuntimeException failed) {
            log.warn(
                    "worker {} could not look at the backlog; its concurrency stays {}", worker, slots.total(), failed);
        }
    }

    private Duration oldest() {
        Map<String, QueueStats> queues = storage.admin().stats().queues();
        return options.queues().keySet().stream()
                .map(queues::get)
                .map(stats -> stats == null || stats.oldestReady() == null ? Duration.ZERO : stats.oldestReady())
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }
}
