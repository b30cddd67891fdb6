package io.jobq.benchmarks;

import io.jobq.spi.Storage;
import java.util.List;
import java.util.OptionalLong;

/** Opens storages of one kind, chosen by what stands before the colon in {@code --storage}. */
interface StorageFactory {
    /** All kinds; a new one is a class and an entry here. */
    List<StorageFactory> KNOWN = List.of(
            new MemoryStorageFactory(),
            new RedisStorageFactory("redis"),
            new RedisStorageFactory("rediss"),
            new RedisStorageFactory("redis-sentinel"),
            new RedisStorageFactory("redis-cluster"));

    /** The scheme of its URIs; alone, it is a whole value too. */
    String scheme();

    /** Opens an empty storage; the caller closes it, and nothing is left of it then. */
    Storage open(String uri);

    /** How much memory the jobs take, before or after they are stored; empty when there is no telling. */
    OptionalLong usedBytes(String uri);

    /**
     * The factory for a URI.
     *
     * @throws UsageException if there is none
     */
    static StorageFactory of(String uri) {
        String scheme = uri.contains(":") ? uri.substring(0, uri.indexOf(':')) : uri;
        return KNOWN.stream()
                .filter(each -> each.scheme().equals(scheme))
                .findFirst()
                .orElseThrow(() -> new UsageException("unknown storage '" + uri + "'; known: "
                        + String.join(
                                ", ", KNOWN.stream().map(StorageFactory::scheme).toList())));
    }
}
