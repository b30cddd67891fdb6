package io.jobq.redis;

import io.jobq.spi.Guard;
import io.jobq.spi.Registry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The registry: a hash per kind; guards are in one with their queue, or with each partition of it. */
final class RedisRegistry implements Registry {
    /** So many entries are looked at in one script, about. */
    private static final int LISTED_AT_ONCE = 500;

    private final Calls calls;
    private final Queues queues;
    private final String prefix;
    /** Kinds of which this process has put entries that expire. */
    private final Set<String> expiring = ConcurrentHashMap.newKeySet();

    RedisRegistry(Calls calls, Queues queues, String prefix) {
        this.calls = calls;
        this.queues = queues;
        this.prefix = prefix;
    }

    @Override
    public boolean put(Entry entry, long expectedVersion, @Nullable Duration ttl) {
        if (ttl != null) {
            expiring.add(entry.kind());
        }
        Args args = args().add(entry.key())
                .add(entry.json())
                .add(expectedVersion)
                .add(ttl == null ? 0 : Math.max(1, Dues.millis(ttl)));
        return run(Script.REGISTRY_PUT, hash(entry.kind(), entry.key()), args).number(0) == 1;
    }

    @Override
    public Optional<Entry> find(String kind, String key) {
        Reply row = run(Script.REGISTRY_FIND, hash(kind, key), args().add(key).add(""));
        return row.size() == 0 ? Optional.empty() : Optional.of(new Entry(kind, key, row.text(1), row.number(0)));
    }

    @Override
    public boolean remove(String kind, String key, long expectedVersion) {
        Args args = args().add(key).add(expectedVersion);
        return run(Script.REGISTRY_FIND, hash(kind, key), args).size() > 0;
    }

    @Override
    public Changes changes(String kind, long mark) {
        Map<String, Entry> found = new TreeMap<>();
        List<byte[]> hashes = hashes(kind);
        // partitions count each for itself, so of several all is read
        long from = hashes.size() == 1 ? mark : 0;
        long puts = 0;
        for (byte[] hash : hashes) {
            puts += read(kind, hash, from, found);
        }
        return new Changes(puts, puts == mark ? List.of() : List.copyOf(found.values()));
    }

    /** Adds the entries of a hash; returns how many puts there had been when the first part was read. */
    private long read(String kind, byte[] hash, long mark, Map<String, Entry> found) {
        String cursor = "0";
        long first = -1;
        do {
            Reply rows =
                    run(Script.REGISTRY_LIST, hash, args().add(cursor).add(mark).add(LISTED_AT_ONCE));
            cursor = rows.text(0);
            first = first < 0 ? rows.number(1) : first;
            for (int i = 2; i < rows.size(); i += 3) {
                found.put(rows.text(i), new Entry(kind, rows.text(i), rows.text(i + 2), rows.number(i + 1)));
            }
        } while (!cursor.equals("0"));
        return first;
    }

    /** Deletes what has expired; listing does that on the way. */
    void purge() {
        expiring.forEach(this::list);
    }

    @Override
    public Instant now() {
        Reply reply = run(Script.REGISTRY_NOW, own("clock"), args());
        return Instant.ofEpochMilli(Long.parseLong(reply.text(0)) / 1_000);
    }

    private byte[] hash(String kind, String key) {
        String queue = Guard.queue(kind);
        return queue == null ? own(kind) : queues.guards(queue, key).guards();
    }

    private List<byte[]> hashes(String kind) {
        String queue = Guard.queue(kind);
        return queue == null
                ? List.of(own(kind))
                : queues.of(queue).stream().map(QueueKeys::guards).toList();
    }

    private byte[] own(String kind) {
        return QueueKeys.bytes(prefix + ":registry:" + kind);
    }

    private Args args() {
        return new Args().add(calls.clockShift());
    }

    private Reply run(Script script, byte[] hash, Args args) {
        return calls.link().await(calls.link().run(script, new byte[][] {hash}, args));
    }
}
