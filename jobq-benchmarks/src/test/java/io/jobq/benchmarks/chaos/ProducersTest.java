package io.jobq.benchmarks.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.Job;
import io.jobq.JobQ;
import io.jobq.JobState;
import io.jobq.memory.InMemoryStorage;
import io.jobq.spi.Storage;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ProducersTest {
    @Test
    void sendWhatTheSourceHasInBursts() throws InterruptedException {
        try (Storage storage = new InMemoryStorage();
                JobQ jobq = JobQ.builder().storage(storage).producerOnly().build()) {
            Set<String> accepted = ConcurrentHashMap.newKeySet();
            AtomicInteger left = new AtomicInteger(25);
            Producers producers = new Producers(
                    jobq,
                    new Producers.Pace(2, 1_000, 10),
                    random -> left.getAndDecrement() > 0 ? Job.of("t", 1) : null,
                    accepted::add,
                    new SplittableRandom(1));
            producers.awaitEnd();

            assertThat(accepted).hasSize(25);
            assertThat(storage.admin().stats().queues().get(ChaosSettings.QUEUE).count(JobState.READY))
                    .isEqualTo(25);
        }
    }
}
