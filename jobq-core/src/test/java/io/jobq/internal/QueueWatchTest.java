package io.jobq.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.Job;
import io.jobq.StandardError;
import io.jobq.TypeOptions;
import io.jobq.WorkerInfo;
import io.jobq.memory.InMemoryStorage;
import io.jobq.operations.WorkerRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What people read when processes do not agree about queues. */
class QueueWatchTest {
    private final InMemoryStorage storage = new InMemoryStorage();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

    {
        timer.shutdown(); // the test looks itself
    }

    @AfterEach
    void close() {
        storage.close();
    }

    private QueueWatch worker(String type, String queue) {
        TypeRegistry types = new TypeRegistry();
        types.register(type, Void.class, (nothing, job) -> null, "here", TypeOptions.DEFAULT.withQueue(queue));
        types.complete();
        return new QueueWatch(storage, types, new QueueWatch.Own(Set.of(queue), () -> true), timer);
    }

    private QueueWatch producer(String type, String queue) {
        TypeRegistry types = new TypeRegistry();
        types.configure(type, options -> options.withQueue(queue));
        types.complete();
        return new QueueWatch(storage, types, new QueueWatch.Own(Set.of(), () -> true), timer);
    }

    private void announce(String queue) {
        WorkerInfo worker = new WorkerInfo(
                "w-1",
                "w",
                "h",
                1,
                "1",
                WorkerInfo.State.RUNNING,
                Map.of(queue, 1),
                new WorkerInfo.Slots(1, 0, 1, 0),
                List.of(),
                0,
                Instant.EPOCH,
                Instant.EPOCH);
        new WorkerRegistry(storage.registry()).announce(worker, Duration.ofDays(1));
    }

    private static List<String> saidBy(Runnable action) {
        return StandardError.during(action)
                .lines()
                .filter(line -> line.contains("QueueWatch") || line.contains("UnservedLog"))
                .map(line -> line.substring(line.indexOf(" - ") + 3))
                .toList();
    }

    @Test
    void aProducerThatSendsATypeElsewhereIsToldOnce() {
        QueueWatch producer = producer("thumbnail", "default");
        announce("default");
        producer.enqueued("default", List.of(Job.of("thumbnail")));
        assertThat(saidBy(producer::look)).as("no worker has said anything").isEmpty();
        worker("thumbnail", "images").writeRoutes();
        assertThat(saidBy(producer::look))
                .containsExactly("jobs of type 'thumbnail' go to queue 'default' from here, but workers that have its"
                        + " handler expect them in 'images'; say so here: JobQ.builder().type(\"thumbnail\", type ->"
                        + " type.withQueue(\"images\"))");
        producer.enqueued("default", List.of(Job.of("thumbnail")));
        assertThat(saidBy(producer::look)).isEmpty();
    }

    @Test
    void aProducerThatAgreesIsNot() {
        worker("thumbnail", "images").writeRoutes();
        announce("images");
        QueueWatch producer = producer("thumbnail", "images");
        producer.enqueued("images", List.of(Job.of("thumbnail")));
        assertThat(saidBy(producer::look)).isEmpty();
        QueueWatch explicit = producer("thumbnail", "images");
        explicit.enqueued("elsewhere", List.of(Job.of("thumbnail"))); // which was chosen for this job
        assertThat(saidBy(explicit::look)).isEmpty();
    }

    @Test
    void aQueueWithoutWorkersIsSaidAtTheSecondLookByOneOfAll() {
        QueueWatch producer = producer("a", "lonely");
        QueueWatch other = producer("a", "lonely");
        producer.enqueued("lonely", List.of(Job.of("a")));
        other.enqueued("lonely", List.of(Job.of("a")));
        assertThat(saidBy(producer::look)).isEmpty();
        assertThat(saidBy(other::look)).isEmpty();
        assertThat(saidBy(producer::look))
                .containsExactly("jobs from here are ready in queue 'lonely', but no worker claims from it; is its name"
                        + " spelt right, and is it among the queues of a worker?");
        assertThat(saidBy(producer::look)).isEmpty();
        assertThat(saidBy(other::look)).isEmpty();
    }

    @Test
    void aWorkerThatComesInTimeIsNoNews() {
        QueueWatch producer = producer("a", "late");
        producer.enqueued("late", List.of(Job.of("a")));
        assertThat(saidBy(producer::look)).isEmpty();
        announce("late");
        assertThat(saidBy(producer::look)).isEmpty();
        assertThat(saidBy(producer::look)).isEmpty();
    }

    @Test
    void workersThatDisagreeSaySoOnce() {
        worker("thumbnail", "images").writeRoutes();
        QueueWatch changed = worker("thumbnail", "default");
        assertThat(saidBy(changed::writeRoutes))
                .containsExactly(
                        "the handler of type 'thumbnail' has queue 'default' here, but 'images' in another"
                                + " process; jobs go to either, depending on who enqueues them, until all processes have the same");
        worker("thumbnail", "images").writeRoutes();
        assertThat(saidBy(changed::writeRoutes)).isEmpty();
    }

    @Test
    void aSystemThatWasNeverStartedIsToldSo() {
        TypeRegistry types = new TypeRegistry();
        types.complete();
        QueueWatch.Own built = new QueueWatch.Own(Set.of("default"), () -> false);
        QueueWatch watch = new QueueWatch(storage, types, built, timer);
        watch.enqueued("default", List.of(Job.of("a")));
        assertThat(saidBy(watch::look)).isEmpty();
        assertThat(saidBy(watch::look))
                .containsExactly("jobs from here are ready in queue 'default', but no worker claims from it; this JobQ"
                        + " has a worker for it, but has not been started: call start()");
    }
}
