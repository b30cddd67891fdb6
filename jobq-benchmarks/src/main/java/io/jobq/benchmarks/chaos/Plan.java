package io.jobq.benchmarks.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Which faults come when. The same seed makes the same plan. */
final class Plan {
    /** A kind of fault. */
    enum Fault {
        /** SIGKILL to a worker, and another one in its place. */
        KILL,
        /** SIGSTOP to a worker until its leases have run out, then SIGCONT. */
        PAUSE,
        /** A way to Redis is cut for a while. */
        CUT,
        /** SIGKILL to Redis, and a start after a while. */
        RESTART
    }

    /**
     * A fault at a moment.
     *
     * @param at from the start
     */
    record Step(Duration at, Fault fault) {}

    private Plan() {}

    /** Spreads faults over a time, at random moments that leave some peace at both ends. */
    static List<Step> of(SplittableRandom random, Duration time, Map<Fault, Integer> counts) {
        List<Step> steps = new ArrayList<>();
        for (Fault fault : Fault.values()) {
            for (int i = 0; i < counts.getOrDefault(fault, 0); i++) {
                double part = 0.05 + 0.9 * random.nextDouble();
                steps.add(new Step(Duration.ofMillis(Math.round(part * time.toMillis())), fault));
            }
        }
        steps.sort(Comparator.comparing(Step::at));
        return steps;
    }
}
