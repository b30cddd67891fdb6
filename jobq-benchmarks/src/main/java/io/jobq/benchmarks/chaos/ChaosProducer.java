package io.jobq.benchmarks.chaos;

import io.jobq.JobQ;
import io.jobq.benchmarks.Mode;
import io.jobq.benchmarks.Options;
import io.jobq.benchmarks.Results;
import io.jobq.spi.Storage;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/** The main program of a producer process of {@link UniqueScenario}. It ends when all processes together have sent enough. */
public final class ChaosProducer implements Mode {
    @Override
    public String name() {
        return "chaos-" + Fleet.PRODUCER;
    }

    @Override
    public String summary() {
        return "a producer process of chaos";
    }

    @Override
    public Map<String, String> defaults() {
        return ChaosSettings.defaults();
    }

    @Override
    public void run(Options options, Results results) throws InterruptedException {
        ChaosSettings settings = ChaosSettings.of(options);
        String name = options.text("name");
        AtomicLong calls = new AtomicLong();
        try (History history = History.open(settings);
                Storage storage = settings.connect(options.text("storage"));
                JobQ jobq = JobQ.builder().storage(storage).producerOnly().build()) {
            Producers producers = new Producers(
                    jobq,
                    UniqueScenario.pace(settings.task()),
                    UniqueScenario.source(settings.task(), history),
                    job -> history.accepted(name, job, name + "/" + calls.incrementAndGet()),
                    new SplittableRandom());
            producers.awaitEnd();
        }
    }
}
