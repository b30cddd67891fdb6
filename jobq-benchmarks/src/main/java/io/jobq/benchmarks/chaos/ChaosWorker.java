package io.jobq.benchmarks.chaos;

import io.jobq.JobContext;
import io.jobq.JobListener;
import io.jobq.JobQ;
import io.jobq.RetryPolicy;
import io.jobq.WorkerOptions;
import io.jobq.benchmarks.Mode;
import io.jobq.benchmarks.Options;
import io.jobq.benchmarks.Results;
import io.jobq.redis.RedisStorage;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;

/** The main program of a worker process, which {@link Fleet} starts. It ends when its standard input does. */
public final class ChaosWorker implements Mode {
    private static final int MANY = 1_000_000;

    @Override
    public String name() {
        return "chaos-" + Fleet.WORKER;
    }

    @Override
    public String summary() {
        return "a worker process of chaos";
    }

    @Override
    public Map<String, String> defaults() {
        return ChaosSettings.defaults();
    }

    @Override
    public void run(Options options, Results results) {
        ChaosSettings settings = ChaosSettings.of(options);
        try (History history = History.open(settings);
                RedisStorage storage = settings.connect(options.text("storage"))) {
            serve(settings, new Seat(options.text("name"), history, storage));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @SuppressWarnings("try") // the companion does its work by itself
    private static void serve(ChaosSettings settings, Seat seat) throws IOException {
        try (JobQ jobq = system(settings, seat);
                Scenario.Companion companion = settings.scenario().accompany(settings, jobq, seat)) {
            jobq.start();
            System.in.transferTo(OutputStream.nullOutputStream());
        }
    }

    /** No job may end other than by its effect: attempts and losses are as good as unlimited. */
    private static JobQ system(ChaosSettings settings, Seat seat) {
        JobQ.Builder system = JobQ.builder()
                .storage(seat.storage())
                .listener(new JobListener() {
                    @Override
                    public void onLost(JobContext job) {
                        seat.history().lost(seat.name(), job);
                    }
                })
                .retry(RetryPolicy.fixed(Duration.ofMillis(100)).maxAttempts(MANY))
                .worker(WorkerOptions.DEFAULT
                        .withName(seat.name())
                        .withConcurrency(settings.concurrency())
                        .withQueues(Map.of(ChaosSettings.QUEUE, 1))
                        .withLeaseTime(Duration.ofSeconds(settings.lease()))
                        .withMaxLosses(MANY));
        settings.scenario().serve(system, seat);
        return system.build();
    }
}
