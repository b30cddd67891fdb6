package io.jobq.benchmarks;

import io.jobq.JobId;
import io.jobq.JobState;
import io.jobq.spi.Applied;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import io.jobq.spi.Page;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A storage in which a number of jobs wait, and go on waiting: each round puts in what it takes out. */
final class Backlog implements AutoCloseable {
    private static final int FILL_BATCH = 1_000;

    private final Jobs jobs;
    private final int batch;
    /** Jobs from all over the backlog, to be cancelled: the last of each batch stored. */
    private final Queue<JobId> marked = new ArrayDeque<>();

    private final Map<String, Double> micros = new LinkedHashMap<>();
    private @Nullable String cursor;
    private int rounds;

    /** Fills it. */
    Backlog(Options options, int waiting) {
        this.jobs = new Jobs(options);
        this.batch = options.number("batch", 1);
        for (int left = waiting; left > 0; left -= FILL_BATCH) {
            jobs.storage().jobs().insert(newJobs(Math.min(left, FILL_BATCH)));
        }
    }

    /** One call of each kind. */
    void round() {
        List<NewJob> added = newJobs(batch + 1); // in place of those claimed and the one cancelled
        time("enqueue", batch + 1, () -> jobs.storage().jobs().insert(added));
        time("claim", batch, () -> jobs.next(batch));
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

    private void cancel(JobId id) {
        JobFilter one = JobFilter.ALL.withIds(Set.of(id));
        Applied applied = jobs.storage().admin().apply(one, new JobAction.Cancel("benchmark"), null, 1);
        if (applied.count() != 1) {
            throw new IllegalStateException("cancelled " + applied.count() + " jobs instead of one");
        }
    }

    private void nextPage() {
        Page page = jobs.storage().admin().list(JobFilter.ALL.withStates(JobState.READY), cursor, batch);
        cursor = page.next();
    }

    private List<NewJob> newJobs(int count) {
        List<NewJob> made = jobs.make(0, count, i -> JobOptions.DEFAULT);
        marked.add(made.get(count - 1).id());
        return made;
    }

    @Override
    public void close() {
        jobs.close();
    }
}
