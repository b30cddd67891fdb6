package io.jobq.redis;

import io.jobq.spi.Registry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The registry: a hash per kind. */
final class RedisRegistry implements Registry {
    private final Calls calls;
    private final String prefix;
    /** Kinds of which this process has put entries that expire. */
    private final Set<String> expiring = ConcurrentHashMap.newKeySet();

    RedisRegistry(Calls calls, String prefix) {
        this.calls = calls;
        this.prefix = prefix;
    }

    @Override
    public boolean put(Entry entry, long expectedVersion, @Nullable Duration ttl) {
        if (ttl != null) {
            expiring.add(entry.kind());
        }
        Args args = new Args()
                .add(calls.clockShift())
                .add(entry.key())
                .add(entry.json())
                .add(expectedVersion)
                .add(ttl == null ? 0 : Math.max(1, Dues.millis(ttl)));
        return run(Script.REGISTRY_PUT, entry.kind(), args).number(0) == 1;
    }

    @Override
    public List<Entry> list(String kind) {
        List<Entry> entries =
                read(kind, new Args().add(calls.clockShift()).add("").add(0));
        entries.sort(Comparator.comparing(Entry::key));
        return entries;
    }

    /** Deletes what has expired; listing does that on the way. */
    void purge() {
        expiring.forEach(this::list);
    }

    @Override
    public boolean remove(String kind, String key) {
        return !read(kind, new Args().add(calls.clockShift()).add(key).add(1)).isEmpty();
    }

    private List<Entry> read(String kind, Args args) {
        Reply rows = run(Script.REGISTRY_LIST, kind, args);
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < rows.size(); i += 3) {
            entries.add(new Entry(kind, rows.text(i), rows.text(i + 2), rows.number(i + 1)));
        }
        return entries;
    }

    private Reply run(Script script, String kind, Args args) {
        byte[][] keys = {QueueKeys.bytes(prefix + ":registry:" + kind)};
        return calls.link().await(calls.link().run(script, keys, args));
    }
}
