package io.jobq.benchmarks.chaos;

import io.jobq.JobQ;
import io.jobq.spi.Storage;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;

/** Producers in the process of the chaos itself, which lives. */
final class ProducersLoad implements Scenario.Load {
    private final Storage storage;
    private final JobQ jobq;
    private final Producers producers;
    private final Set<String> accepted = ConcurrentHashMap.newKeySet();
    private final boolean isEndless;

    private ProducersLoad(
            Scenario.Ground ground,
            Producers.Pace pace,
            Producers.Source source,
            SplittableRandom random,
            boolean isEndless) {
        this.isEndless = isEndless;
        this.storage = ground.settings().connect(ground.ways().get());
        this.jobq = JobQ.builder().storage(storage).producerOnly().build();
        this.producers = new Producers(jobq, pace, source, accepted::add, random);
    }

    /** Until it is stopped. */
    static ProducersLoad endless(
            Scenario.Ground ground, Producers.Pace pace, Producers.Source source, SplittableRandom random) {
        return new ProducersLoad(ground, pace, source, random, true);
    }

    /** Until the source has no more. */
    static ProducersLoad whole(
            Scenario.Ground ground, Producers.Pace pace, Producers.Source source, SplittableRandom random) {
        return new ProducersLoad(ground, pace, source, random, false);
    }

    @Override
    public Set<String> stop() throws InterruptedException {
        if (isEndless) {
            producers.stop();
        }
        producers.awaitEnd();
        return accepted;
    }

    @Override
    public void close() {
        producers.stop();
        jobq.close();
        storage.close();
    }
}
