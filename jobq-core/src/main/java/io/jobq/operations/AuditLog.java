package io.jobq.operations;

import io.jobq.spi.Registry;
import io.jobq.spi.Registry.Entry;
import io.jobq.spi.StorageException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The last thousand actions, as entries of the registry under their numbers. A counter, of which the registry's version is
 * the value, hands the numbers out; who takes one removes the entry that is a thousand older, and readers remove what a
 * writer that died has left.
 */
final class AuditLog {
    static final int KEPT = 1_000;
    private static final String KIND = "audit";
    private static final String COUNTER_KIND = "audit-number";
    private static final int TRIES = 100;

    private final Registry registry;
    private final String who;
    private final InstantSource clock;
    private final JsonMapper mapper = JsonMapper.builder().build();

    AuditLog(Registry registry, String who, InstantSource clock) {
        this.registry = registry;
        this.who = who;
        this.clock = clock;
    }

    /** Writes down what is about to be done. */
    AuditEntry begin(String action, String target) {
        long number = nextNumber();
        AuditEntry entry = new AuditEntry(number, clock.instant(), who, action, target, 0, false);
        put(entry);
        registry.remove(KIND, key(number - KEPT));
        return entry;
    }

    /** Writes down how far it has come, unless the entry is too old to be kept by now. */
    void update(AuditEntry entry) {
        if (entry.number() > lastNumber() - KEPT) {
            put(entry);
        }
    }

    private void put(AuditEntry entry) {
        registry.put(new Entry(KIND, key(entry.number()), mapper.writeValueAsString(entry), 0), -1, null);
    }

    static String key(long number) {
        return String.format(Locale.ROOT, "%019d", number);
    }

    private long nextNumber() {
        for (int i = 0; i < TRIES; i++) {
            long last = lastNumber();
            if (registry.put(new Entry(COUNTER_KIND, "last", "{}", 0), last, null)) {
                return last + 1;
            }
        }
        throw new StorageException("no number for an entry of the audit list after " + TRIES
                + " tries: too many operators at once; nothing was done, try again");
    }

    private long lastNumber() {
        List<Entry> counter = registry.list(COUNTER_KIND);
        return counter.isEmpty() ? 0 : counter.get(0).version();
    }

    /** The newest first. */
    List<AuditEntry> list() {
        List<AuditEntry> entries = new ArrayList<>();
        registry.list(KIND).forEach(stored -> read(stored).ifPresent(entries::add));
        entries.sort(Comparator.comparingLong(AuditEntry::number).reversed());
        if (entries.size() > KEPT) {
            List<AuditEntry> surplus = entries.subList(KEPT, entries.size());
            surplus.forEach(entry -> registry.remove(KIND, key(entry.number())));
            surplus.clear();
        }
        return List.copyOf(entries);
    }

    private Optional<AuditEntry> read(Entry stored) {
        try {
            return Optional.of(mapper.readValue(stored.json(), AuditEntry.class));
        } catch (JacksonException ofAnotherVersion) {
            return Optional.empty();
        }
    }
}
