package io.jobq.memory;

import io.jobq.spi.Guard;
import io.jobq.spi.Registry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The registry, under the table's lock; expired entries go when their kind is next touched. */
final class MemoryRegistry implements Registry {
    private final JobTable table;
    private final Map<String, Kind> kinds = new HashMap<>();

    private record Timed(Entry entry, long change, long expiresAt) {}

    /** The entries of a kind, and how many puts it has seen: what makes versions, and shows what has changed. */
    private static final class Kind {
        final Map<String, Timed> entries = new TreeMap<>();
        long puts;
        long firstExpiry = Long.MAX_VALUE;

        void purge(long now) {
            if (firstExpiry <= now) {
                entries.values().removeIf(timed -> timed.expiresAt <= now);
                firstExpiry = entries.values().stream()
                        .mapToLong(Timed::expiresAt)
                        .min()
                        .orElse(Long.MAX_VALUE);
            }
        }
    }

    MemoryRegistry(JobTable table) {
        this.table = table;
    }

    @Override
    public boolean put(Entry entry, long expectedVersion, @Nullable Duration ttl) {
        return table.call(t -> {
            Kind kind = live(entry.kind());
            Timed old = kind.entries.get(entry.key());
            boolean fits = expectedVersion == ANY_VERSION || expectedVersion == version(old);
            if (fits) {
                store(kind, entry, ttl == null ? Long.MAX_VALUE : t.after(ttl));
            }
            return fits;
        });
    }

    private static long version(@Nullable Timed entry) {
        return entry == null ? 0 : entry.entry.version();
    }

    private static void store(Kind kind, Entry entry, long expiresAt) {
        long change = ++kind.puts;
        Timed old = kind.entries.get(entry.key());
        long version = old == null ? change : version(old) + 1;
        Entry stored = new Entry(entry.kind(), entry.key(), entry.json(), version);
        kind.entries.put(entry.key(), new Timed(stored, change, expiresAt));
        kind.firstExpiry = Math.min(kind.firstExpiry, expiresAt);
    }

    /** Whether a job may be stored, whose guard is stored then. The caller holds the lock. */
    boolean pass(String queue, Guard guard) {
        Kind kind = live(Guard.kind(queue));
        boolean fits = version(kind.entries.get(guard.key())) == guard.expectedVersion();
        if (fits) {
            store(kind, new Entry(Guard.kind(queue), guard.key(), guard.json(), 0), Long.MAX_VALUE);
        }
        return fits;
    }

    @Override
    public Optional<Entry> find(String kind, String key) {
        return table.call(t -> Optional.ofNullable(live(kind).entries.get(key)).map(timed -> timed.entry));
    }

    @Override
    public Changes changes(String kind, long mark) {
        return table.call(t -> {
            Kind known = live(kind);
            List<Entry> entries = new ArrayList<>();
            if (known.puts != mark) {
                known.entries.values().stream()
                        .filter(timed -> timed.change > mark)
                        .forEach(timed -> entries.add(timed.entry));
            }
            return new Changes(known.puts, entries);
        });
    }

    @Override
    public boolean remove(String kind, String key, long expectedVersion) {
        return table.call(t -> {
            Kind known = live(kind);
            long version = version(known.entries.get(key));
            boolean fits = version != 0 && (expectedVersion == ANY_VERSION || expectedVersion == version);
            if (fits) {
                known.entries.remove(key);
            }
            return fits;
        });
    }

    @Override
    public Instant now() {
        return table.call(t -> Instant.ofEpochMilli(t.now()));
    }

    private Kind live(String name) {
        Kind kind = kinds.computeIfAbsent(name, none -> new Kind());
        kind.purge(table.now());
        return kind;
    }
}
