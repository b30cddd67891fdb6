package io.jobq.benchmarks;

import io.jobq.JacksonCodec;
import io.jobq.JobId;
import io.jobq.spi.Claim;
import io.jobq.spi.Exchange;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import io.jobq.spi.Payload;
import io.jobq.spi.Report;
import io.jobq.spi.Settlement;
import io.jobq.spi.Storage;
import io.jobq.spi.WorkerLease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;

/** One queue of a storage, filled and emptied without a system around it. */
final class Jobs implements AutoCloseable {
    static final String QUEUE = "default";
    private static final int FILL_BATCH = 1_000;
    private static final WorkerLease WORKER = new WorkerLease("benchmark", Duration.ofMinutes(10));

    private final JacksonCodec codec = new JacksonCodec();
    private final Input.Maker inputs;
    private final Storage storage;
    private long number;
    private List<Settlement> done = List.of();
    private boolean mayHaveMore;

    Jobs(Options options) {
        String uri = options.text("storage");
        this.inputs = new Input.Maker(options.number("payload", 1));
        this.storage = StorageFactory.of(uri).open(uri);
    }

    Storage storage() {
        return storage;
    }

    /** Stores so many jobs; returns the last one's id. */
    JobId insert(int count, IntFunction<JobOptions> options) {
        JobId last = JobId.next();
        for (int from = 0; from < count; from += FILL_BATCH) {
            List<NewJob> jobs = make(from, Math.min(count, from + FILL_BATCH), options);
            storage.jobs().insert(jobs);
            last = jobs.get(jobs.size() - 1).id();
        }
        return last;
    }

    /** Jobs that are not stored yet, with the options for each number. */
    List<NewJob> make(int from, int to, IntFunction<JobOptions> options) {
        List<NewJob> jobs = new ArrayList<>(to - from);
        for (int i = from; i < to; i++) {
            Payload payload = new Payload(1, codec.encode(inputs.number(number++)));
            jobs.add(new NewJob(JobId.next(), QUEUE, Bench.TYPE, payload, options.apply(i)));
        }
        return jobs;
    }

    /** One call: says that what the last one claimed is done, and claims more. */
    List<Claimed> next(int batch) {
        Claim claim = new Claim(WORKER, List.of(new Claim.Share(QUEUE, batch)), batch, Set.of());
        Exchange reply = storage.jobs().exchange(done, claim);
        List<Settlement> next = new ArrayList<>(batch);
        reply.claimed().forEach(each -> next.add(new Settlement.Succeeded(each.lease(), Report.NOTHING, null)));
        done = next;
        mayHaveMore = Duration.ZERO.equals(reply.nextDue());
        return reply.claimed();
    }

    /** Whether the last call ended early, to stay short. */
    boolean mayHaveMore() {
        return mayHaveMore;
    }

    @Override
    public void close() {
        storage.close();
    }
}
