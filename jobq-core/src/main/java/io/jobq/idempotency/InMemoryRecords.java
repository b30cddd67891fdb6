package io.jobq.idempotency;

import io.jobq.spi.Due;
import io.jobq.spi.Payload;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The store in memory. Each call first drops whatever has expired, so it never holds more than what is in flight or
 * within its retention.
 */
final class InMemoryRecords implements IdempotencyStore {
    private final InstantSource clock;
    private final Map<String, Kept> records = new HashMap<>();
    private final TreeSet<Kept> byExpiry =
            new TreeSet<>(Comparator.comparingLong(Kept::expires).thenComparing(Kept::key));

    /** What is known of a key; there is but one record per key, so expiry and key tell records apart. */
    private record Kept(
            String key, Run run, long expires, @Nullable Completed completed) {
        boolean isInFlightBy(Run other) {
            return completed == null && run.equals(other);
        }

        /** Whether a run finds the key taken: not if it holds it, or if it follows the run that does. */
        boolean isTakenFor(Run other) {
            return completed != null || !run.job().equals(other.job()) || run.token() > other.token();
        }
    }

    InMemoryRecords(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public synchronized Begun begin(String key, Run run, Duration hold) {
        Kept kept = find(key);
        if (kept != null && kept.isTakenFor(run)) {
            return kept.completed != null
                    ? kept.completed
                    : new InFlight(kept.run, Duration.ofMillis(Math.max(1, kept.expires - clock.millis())));
        }
        keep(new Kept(key, run, expiry(hold), null));
        return new Started();
    }

    @Override
    public synchronized boolean complete(String key, Run run, @Nullable Payload result, Duration retention) {
        Kept kept = find(key);
        if (kept != null && kept.isTakenFor(run)) {
            return kept.completed != null && kept.run.equals(run);
        }
        keep(new Kept(key, run, expiry(retention), new Completed(run, result)));
        return true;
    }

    @Override
    public synchronized boolean abandon(String key, Run run) {
        Kept kept = find(key);
        if (kept == null || !kept.isInFlightBy(run)) {
            return false;
        }
        drop(kept);
        return true;
    }

    private @Nullable Kept find(String key) {
        long now = clock.millis();
        while (!byExpiry.isEmpty() && byExpiry.first().expires <= now) {
            drop(byExpiry.first());
        }
        return records.get(Keys.require(key));
    }

    private void keep(Kept kept) {
        Kept old = records.put(kept.key, kept);
        if (old != null) {
            byExpiry.remove(old);
        }
        byExpiry.add(kept);
    }

    private void drop(Kept kept) {
        records.remove(kept.key);
        byExpiry.remove(kept);
    }

    private long expiry(Duration time) {
        long now = clock.millis();
        return Math.max(now + 1, new Due.In(time).toEpochMilli(now));
    }
}
