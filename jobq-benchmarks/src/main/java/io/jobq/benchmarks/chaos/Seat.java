package io.jobq.benchmarks.chaos;

import io.jobq.redis.RedisStorage;
import java.util.concurrent.atomic.AtomicLong;

/** What the handlers of one worker process have at hand. */
final class Seat {
    private final String name;
    private final History history;
    private final RedisStorage storage;
    private final AtomicLong runs = new AtomicLong();

    Seat(String name, History history, RedisStorage storage) {
        this.name = name;
        this.history = history;
        this.storage = storage;
    }

    /** The worker's. */
    String name() {
        return name;
    }

    History history() {
        return history;
    }

    RedisStorage storage() {
        return storage;
    }

    /** A name for one call of a handler, which no other has. */
    String nextRun() {
        return name + "/" + runs.incrementAndGet();
    }
}
