package io.jobq.memory;

import io.jobq.spi.Registry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The registry, guarded by the table's lock; expired entries go when their kind is next touched. */
final class MemoryRegistry implements Registry {
    private static final long ANY_VERSION = -1;

    private final JobTable table;
    private final Map<String, Map<String, Timed>> kinds = new HashMap<>();

    private record Timed(Entry entry, long expiresAt) {}

    MemoryRegistry(JobTable table) {
        this.table = table;
    }

    @Override
    public boolean put(Entry entry, long expectedVersion, @Nullable Duration ttl) {
        return table.call(t -> {
            Map<String, Timed> kind = live(entry.kind());
            Timed old = kind.get(entry.key());
            long version = old == null ? 0 : old.entry.version();
            if (expectedVersion != ANY_VERSION && expectedVersion != version) {
                return false;
            }
            Entry stored = new Entry(entry.kind(), entry.key(), entry.json(), version + 1);
            kind.put(entry.key(), new Timed(stored, ttl == null ? Long.MAX_VALUE : t.after(ttl)));
            return true;
        });
    }

    @Override
    public List<Entry> list(String kind) {
        return table.call(t -> {
            List<Entry> entries = new ArrayList<>();
            live(kind).values().forEach(timed -> entries.add(timed.entry));
            return entries;
        });
    }

    @Override
    public boolean remove(String kind, String key) {
        return table.call(t -> live(kind).remove(key) != null);
    }

    private Map<String, Timed> live(String kind) {
        Map<String, Timed> entries = kinds.computeIfAbsent(kind, k -> new TreeMap<>());
        entries.values().removeIf(timed -> timed.expiresAt <= table.now());
        return entries;
    }
}
