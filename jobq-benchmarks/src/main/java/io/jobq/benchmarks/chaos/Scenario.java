package io.jobq.benchmarks.chaos;

import io.jobq.JobQ;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** What is produced, what handlers do with it, and what must hold when all is done. */
interface Scenario {
    /**
     * What a load has at hand.
     *
     * @param fleet may get more processes than its workers
     * @param ways makes a way to Redis that the storm may cut
     */
    record Ground(ChaosSettings settings, Chaos.Course course, History history, Fleet fleet, Supplier<String> ways) {}

    /** What is being produced. */
    interface Load extends AutoCloseable {
        /** Stops it, or waits for its end if it has one; returns the jobs whose enqueue has returned. */
        Set<String> stop() throws InterruptedException;

        @Override
        void close();
    }

    /**
     * What there is to judge when all is done and every worker has ended.
     *
     * @param events each once
     */
    record Aftermath(ChaosSettings settings, Chaos.Course course, List<Event> events, Remains remains) {}

    /** What a worker process runs beside its system. */
    interface Companion extends AutoCloseable {
        @Override
        void close();
    }

    /** How it is called. */
    String name();

    /** Whether a verdict is possible after such a fault. */
    default boolean bears(Plan.Fault fault) {
        return true;
    }

    /** How many succeeded jobs retention must leave for a verdict. */
    default int keeps() {
        return 0;
    }

    /** Gives the system of a worker process its handlers. */
    void serve(JobQ.Builder system, Seat seat);

    /** Starts what a worker process runs beside its system. */
    default Companion accompany(ChaosSettings settings, JobQ system, Seat seat) {
        return () -> {};
    }

    /** Workers that had better be hit now: those that run jobs. */
    default Set<String> prey(ChaosSettings settings, History history) {
        return history.busy();
    }

    /** Begins to produce. */
    Load start(Ground ground, SplittableRandom random);

    /** Checks what only this scenario promises. */
    default List<Check> judge(Aftermath aftermath) {
        return List.of();
    }
}
