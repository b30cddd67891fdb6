package io.jobq.spi;

import io.jobq.JobState;
import io.jobq.spi.Rule.Target;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
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
     * @param holding the rules that hold its jobs back
     */
    public record QueueStats(
            Map<JobState, Long> counts,
            @Nullable Duration oldestReady,
            Map<String, Long> parked,
            boolean paused,
            Holding holding) {
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

    /**
     * The rules of a queue that hold jobs back.
     *
     * @param rules how many there are. In a partitioned queue, one that is not among the {@code first} counts in each
     *     partition
     * @param jobs how many jobs they hold back, by their target; absent for none. Of QUEUE all ready jobs that nothing else
     *     holds back
     * @param first some of the rules, {@value #MOST} at most: the queue's own, then those that have room soonest
     */
    public record Holding(long rules, Map<Target, Long> jobs, List<HoldingRule> first) {
        /** How many rules are named. */
        public static final int MOST = 20;
        // before NONE, which is put in order too
        private static final Comparator<HoldingRule> ORDER = Comparator.<HoldingRule, Boolean>comparing(
                        rule -> rule.target() != Target.QUEUE)
                .thenComparing(HoldingRule::until, Comparator.nullsLast(Comparator.naturalOrder()));

        /** No rule holds jobs back. */
        public static final Holding NONE = new Holding(0, Map.of(), List.of());

        /** Copies, and puts the rules in order. */
        public Holding {
            jobs = Map.copyOf(jobs);
            first = first.stream().sorted(ORDER).limit(MOST).toList();
        }

        /** How many jobs they hold back. */
        public long allJobs() {
            return jobs.values().stream().mapToLong(Long::longValue).sum();
        }
    }
}
