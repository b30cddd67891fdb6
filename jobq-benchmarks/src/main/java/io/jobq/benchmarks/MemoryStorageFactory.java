package io.jobq.benchmarks;

import io.jobq.memory.InMemoryStorage;
import io.jobq.spi.Storage;
import java.lang.management.ManagementFactory;
import java.util.OptionalLong;

/** Storages in this heap. */
final class MemoryStorageFactory implements StorageFactory {
    @Override
    public String scheme() {
        return "memory";
    }

    @Override
    public Storage open(String uri) {
        return new InMemoryStorage();
    }

    /** The live heap: the least of some collections. */
    @Override
    public OptionalLong usedBytes(String uri) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return OptionalLong.of(least);
    }
}
