package io.jobq.operations;

import io.jobq.WorkerInfo;
import io.jobq.spi.Registry;
import io.jobq.spi.Registry.Entry;
import io.jobq.spi.StorageException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Which workers there are, and what they are told, as entries of a storage's registry. Workers write themselves down and
 * obey their orders; {@link Operations} gives them. Orders that nobody obeys are gone after a minute. Thread-safe.
 */
public final class WorkerRegistry {
    private static final String WORKERS = "worker";
    private static final String ORDERS = "worker-order";
    private static final Duration ORDER_TTL = Duration.ofMinutes(1);
    private static final Duration AT_ONCE = Duration.ofMillis(1);
    private static final int TRIES = 20;

    private final Registry registry;
    private final JsonMapper mapper = JsonMapper.builder().build();

    /** Over the registry of a storage. */
    public WorkerRegistry(Registry registry) {
        this.registry = registry;
    }

    /** Enters a worker, or what it looks like now; without another word it is gone after a while. */
    public void announce(WorkerInfo info, Duration ttl) {
        registry.put(new Entry(WORKERS, info.id(), mapper.writeValueAsString(info), 0), -1, ttl);
    }

    /** Takes a worker off the list, with its orders. */
    public void signOff(String worker) {
        registry.remove(WORKERS, worker);
        registry.remove(ORDERS, worker);
    }

    /** The workers that have been announced lately; entries that this version can't read are left out. */
    public List<WorkerInfo> workers() {
        return registry.list(WORKERS).stream()
                .flatMap(entry -> read(entry, WorkerInfo.class).stream())
                .toList();
    }

    /** Adds to what a worker is told, whether or not it lives. */
    void order(String worker, WorkerOrder order) {
        for (int i = 0; i < TRIES; i++) {
            Optional<Entry> old = registry.find(ORDERS, worker);
            WorkerOrder all = old.flatMap(entry -> read(entry, WorkerOrder.class))
                    .map(earlier -> earlier.and(order))
                    .orElse(order);
            if (put(worker, all, old.map(Entry::version).orElse(0L), ORDER_TTL)) {
                return;
            }
        }
        throw new StorageException(
                "worker '" + worker + "' is given so many orders that this one found no gap; try again");
    }

    /**
     * Lets a worker do what it is told, and only then takes the order off the list: what fails in between is done again by
     * the next call, so doing it twice must be as good as once. One small call when it is told nothing.
     */
    public void obey(String worker, Consumer<WorkerOrder> obeying) {
        Optional<Entry> order = registry.find(ORDERS, worker);
        if (order.isPresent()) {
            order.flatMap(entry -> read(entry, WorkerOrder.class)).ifPresent(obeying);
            // stays if it is being told more, which the next call finds
            put(worker, new WorkerOrder(null, false, null), order.get().version(), AT_ONCE);
        }
    }

    private boolean put(String worker, WorkerOrder order, long version, Duration ttl) {
        return registry.put(new Entry(ORDERS, worker, mapper.writeValueAsString(order), 0), version, ttl);
    }

    private <T> Optional<T> read(Entry entry, Class<T> type) {
        try {
            return Optional.of(mapper.readValue(entry.json(), type));
        } catch (JacksonException ofAnotherVersion) {
            return Optional.empty();
        }
    }
}
