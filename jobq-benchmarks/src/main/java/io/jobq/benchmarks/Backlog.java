package io.jobq.benchmarks;

import io.jobq.JacksonCodec;
import io.jobq.JobId;
import io.jobq.JobState;
import io.jobq.spi.Applied;
import io.jobq.spi.Claim;
import io.jobq.spi.Exchange;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import io.jobq.spi.Page;
import io.jobq.spi.Payload;
import io.jobq.spi.Report;
import io.jobq.spi.Settlement;
import io.jobq.spi.Storage;
import io.jobq.spi.WorkerLease;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A storage in which a number of jobs wait, and go on waiting: each round puts in what it takes out. */
final class Backlog implements AutoCloseable {
    private static final String QUEUE = "default";
    private static final int FILL_BATCH = 1_000;

    private final JacksonCodec codec = new JacksonCodec();
    private final Input.Maker inputs;
    private final Storage storage;
    private final int batch;
    private final Claim claim;
    /** Jobs from all over the backlog, to be cancelled: the last of each batch stored. */
    private final Queue<JobId> marked = new ArrayDeque<>();

    private final Map<String, Double> micros = new LinkedHashMap<>();
    private List<Settlement> done = List.of();
    private @Nullable String cursor;
    private long number;
    private int rounds;

    /** Fills it. */
    Backlog(Options options, int waiting) {
        String uri = options.text("storage");
        this.inputs = new Input.Maker(options.number("payload", 1));
        this.batch = options.number("batch", 1);
        WorkerLease worker = new WorkerLease("benchmark", Duration.ofMinutes(10));
        this.claim = new Claim(worker, List.of(new Claim.Share(QUEUE, batch)), batch, Set.of());
        this.storage = StorageFactory.of(uri).open(uri);
        for (int left = waiting; left > 0; left -= FILL_BATCH) {
            storage.jobs().insert(newJobs(Math.min(left, FILL_BATCH)));
        }
    }

    /** One call of each kind. */
    void round() {
        List<NewJob> jobs = newJobs(batch + 1); // in place of those claimed and the one cancelled
        time("enqueue", batch + 1, () -> storage.jobs().insert(jobs));
        time("claim", batch, this::settleAndClaim);
        JobId unwanted = marked.remove();
        time("cancel", 1, () -> cancel(unwanted));
        time("list", batch, this::nextPage);
        rounds++;
    }

    /** Microseconds per job of each kind of call. */
    Map<String, Double> micros() {
        Map<String, Double> means = new LinkedHashMap<>(micros);
        means.replaceAll((call, sum) -> sum / rounds);
        return means;
    }

    /** Begins to measure anew. */
    void reset() {
        micros.clear();
        rounds = 0;
    }

    private void time(String call, int jobs, Runnable work) {
        long start = System.nanoTime();
        work.run();
        double each = (System.nanoTime() - start) / 1e3 / jobs;
        micros.merge(call, each, Double::sum);
    }

    private void settleAndClaim() {
        Exchange reply = storage.jobs().exchange(done, claim);
        List<Settlement> next = new ArrayList<>(batch);
        for (Exchange.Claimed claimed : reply.claimed()) {
            next.add(new Settlement.Succeeded(claimed.lease(), Report.NOTHING, null));
        }
        done = next;
    }

    private void cancel(JobId id) {
        JobFilter one = JobFilter.ALL.withIds(Set.of(id));
        Applied applied = storage.admin().apply(one, new JobAction.Cancel("benchmark"), null, 1);
        if (applied.count() != 1) {
            throw new IllegalStateException("cancelled " + applied.count() + " jobs instead of one");
        }
    }

    private void nextPage() {
        Page page = storage.admin().list(JobFilter.ALL.withStates(JobState.READY), cursor, batch);
        cursor = page.next();
    }

    private List<NewJob> newJobs(int count) {
        List<NewJob> jobs = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            Payload payload = new Payload(1, codec.encode(inputs.number(number++)));
            jobs.add(new NewJob(JobId.next(), QUEUE, Bench.TYPE, payload, JobOptions.DEFAULT));
        }
        marked.add(jobs.get(count - 1).id());
        return jobs;
    }

    @Override
    public void close() {
        storage.close();
    }
}
