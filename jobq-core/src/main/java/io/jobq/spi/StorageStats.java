package io.jobq.spi;

import io.jobq.JobState;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Counts at one moment.
 *
 * @param queues by queue name; queues that never had a job and were never paused are absent
 */
public record StorageStats(Map<String, QueueStats> queues) {
    /** Copies the map. */
    public StorageStats {
        queues = Map.copyOf(queues);
    }

    /**
     * One queue.
     *
     * @param counts jobs per state; every state is present. READY includes parked jobs and those that a limit holds back
     * @param oldestReady how long the oldest job that any worker may claim has been ready; null when none is
     * @param parked ready jobs that wait for a worker that knows their type, by type
     * @param paused whether no claim gets a job of it
     */
    public record QueueStats(
            Map<JobState, Long> counts, @Nullable Duration oldestReady, Map<String, Long> parked, boolean paused) {
        /** Copies the maps. */
        public QueueStats {
            counts = Map.copyOf(counts);
            parked = Map.copyOf(parked);
        }

        /** How many jobs are in a state. */
        public long count(JobState state) {
            return counts.getOrDefault(state, 0L);
        }
    }
}
