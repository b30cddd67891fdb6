package io.jobq.memory;

import io.jobq.spi.Registry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A registry in a map; expired entries go when somebody looks. */
final class InMemoryRegistry implements Registry {
    private record Kept(Entry entry, @Nullable Instant expires) {}

    private final InMemoryStorage storage;
    private final Map<String, Map<String, Kept>> kinds = new TreeMap<>();

    InMemoryRegistry(InMemoryStorage storage) {
        this.storage = storage;
    }

    @Override
    public boolean put(Entry entry, long expectedVersion, @Nullable Duration ttl) {
        return storage.at(now -> {
            Map<String, Kept> kind = live(entry.kind(), now);
            Kept old = kind.get(entry.key());
            long version = old == null ? 0 : old.entry.version();
            if (expectedVersion >= 0 && expectedVersion != version) {
                return false;
            }
            Entry stored = new Entry(entry.kind(), entry.key(), entry.json(), version + 1);
            kind.put(entry.key(), new Kept(stored, ttl == null ? null : now.plus(ttl)));
            return true;
        });
    }

    @Override
    public List<Entry> list(String kind) {
        return storage.at(now -> {
            List<Entry> entries = new ArrayList<>();
            live(kind, now).values().forEach(kept -> entries.add(kept.entry));
            return entries;
        });
    }

    @Override
    public boolean remove(String kind, String key) {
        return storage.at(now -> live(kind, now).remove(key) != null);
    }

    private Map<String, Kept> live(String kind, Instant now) {
        Map<String, Kept> entries = kinds.computeIfAbsent(kind, absent -> new TreeMap<>());
        entries.values().removeIf(kept -> kept.expires != null && !kept.expires.isAfter(now));
        return entries;
    }
}
