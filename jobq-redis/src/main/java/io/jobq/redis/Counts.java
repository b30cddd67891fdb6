package io.jobq.redis;

import io.jobq.JobState;
import io.jobq.spi.StorageStats.Holding;
import io.jobq.spi.StorageStats.QueueStats;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** How many jobs of each state lie in a place, as {@code stats.lua} counts them. */
final class Counts {
    /** In the order of the script's answer. */
    private static final List<JobState> STATES = List.of(
            JobState.SCHEDULED,
            JobState.READY,
            JobState.RUNNING,
            JobState.SUCCEEDED,
            JobState.DEAD,
            JobState.CANCELLED);

    private final Map<JobState, Long> counts = new EnumMap<>(JobState.class);
    private final Map<String, Long> parked = new HashMap<>();
    private @Nullable Duration oldestReady;
    private boolean paused;

    private Counts(Reply reply) {
        for (int i = 0; i < STATES.size(); i++) {
            counts.put(STATES.get(i), Math.max(0, reply.number(i)));
        }
        oldestReady = reply.isEmpty(6) ? null : Duration.ofMillis(reply.number(6));
        paused = reply.number(8) == 1;
        Reply types = reply.list(7);
        for (int i = 0; i < types.size(); i += 2) {
            parked.put(Records.unquote('"' + types.text(i) + '"'), types.number(i + 1));
        }
    }

    /** Counts some places, all at once. */
    static Map<QueueKeys, Counts> read(Calls calls, List<QueueKeys> places) {
        Map<QueueKeys, CompletableFuture<Reply>> replies = new LinkedHashMap<>();
        places.forEach(place -> replies.put(place, calls.send(Script.STATS, place, new Args())));
        Map<QueueKeys, Counts> counts = new LinkedHashMap<>();
        replies.forEach(
                (place, reply) -> counts.put(place, new Counts(calls.link().await(reply))));
        return counts;
    }

    long count(JobState state) {
        return counts.getOrDefault(state, 0L);
    }

    /** Adds those of another partition of the queue. */
    Counts plus(Counts other) {
        other.counts.forEach((state, count) -> counts.merge(state, count, Long::sum));
        other.parked.forEach((type, count) -> parked.merge(type, count, Long::sum));
        paused |= other.paused;
        Duration theirs = other.oldestReady;
        if (oldestReady == null || (theirs != null && theirs.compareTo(oldestReady) > 0)) {
            oldestReady = theirs;
        }
        return this;
    }

    QueueStats stats(Holding holding) {
        return new QueueStats(counts, oldestReady, parked, paused, holding);
    }
}
