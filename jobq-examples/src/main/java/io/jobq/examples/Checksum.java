package io.jobq.examples;

import io.jobq.Job;
import io.jobq.JobFailedException;
import io.jobq.JobHandle;
import io.jobq.JobQ;
import io.jobq.JobSnapshot;
import io.jobq.JobType;
import io.jobq.RetryPolicy;
import io.jobq.WorkerOptions;
import io.jobq.dlq.DeadLetterQueue;
import io.jobq.memory.InMemoryStorage;
import io.jobq.spi.Page;
import io.jobq.spi.Retention;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Real work: one job per file below a directory reads it and returns its size, its number of lines and its SHA-256. The
 * sums go to a listing that {@code sha256sum -c} checks. A file that can't be read is tried three times, then it is a
 * dead letter and is reported; the others do not suffer.
 *
 * <p>Ends with 0 when every file was read, with 1 when some were not, with 2 when the arguments make no sense.
 */
public final class Checksum {
    private static final JobType<FileToRead> CHECKSUM = JobType.of("checksum", FileToRead.class);
    private static final RetryPolicy BACKOFF = RetryPolicy.exponential(Duration.ofMillis(50), 2, Duration.ofSeconds(1))
            .maxAttempts(3);

    record FileToRead(URI file) {}

    private final Path home;
    private final PrintStream out;
    private final Runnable beforeStart;
    private final Tally tally = new Tally();

    private Checksum(Path home, PrintStream out, Runnable beforeStart) {
        this.home = home;
        this.out = out;
        this.beforeStart = beforeStart;
    }

    /** Runs the program: {@code checksum [DIR] [--slots N] [--out FILE]}. */
    public static void main(String[] args) throws IOException, InterruptedException {
        int status = run(List.of(args), Path.of("").toRealPath(), System.out, System.err, () -> {});
        if (status != 0) {
            System.exit(status);
        }
    }

    /**
     * Runs the program.
     *
     * @param home the working directory, as a real path
     * @param beforeStart called when every job is enqueued and none has run
     * @return the exit status
     */
    static int run(List<String> args, Path home, PrintStream out, PrintStream err, Runnable beforeStart)
            throws IOException, InterruptedException {
        if (args.contains("--help") || args.contains("-h")) {
            out.println(ChecksumArguments.USAGE);
            return 0;
        }
        try {
            ChecksumArguments arguments = ChecksumArguments.parse(args, home);
            return new Checksum(home, out, beforeStart).sum(arguments);
        } catch (UsageException wrong) {
            err.println("checksum: " + wrong.getMessage());
            err.println(ChecksumArguments.USAGE);
            return 2;
        }
    }

    private int sum(ChecksumArguments arguments) throws IOException, InterruptedException {
        FileTree tree = FileTree.below(arguments.directory(), arguments.out());
        out.printf(
                "%d files below %s, %d slots; left out: directories called .git and the listing itself%n",
                tree.files().size(), arguments.directory(), arguments.slots());
        long start = System.nanoTime();
        try (InMemoryStorage storage = storage(tree.files().size());
                JobQ jobq = system(storage, arguments.slots())) {
            List<Job> jobs = tree.files().stream().map(Checksum::job).toList();
            List<JobHandle> handles = jobq.queue("default").enqueueAll(jobs);
            beforeStart.run();
            jobq.start();
            List<FileChecksum> sums = collect(handles);
            double seconds = (System.nanoTime() - start) / 1e9;
            write(sums, arguments.out());
            long failed = tree.unreadable().size() + report(tree.unreadable(), DeadLetterQueue.of(jobq));
            summarize(handles.size(), sums, seconds);
            return failed == 0 ? 0 : 1;
        }
    }

    /** By default a thousand results are kept; here every one is wanted at the end, so keep as many as there are jobs. */
    private static InMemoryStorage storage(int jobs) {
        Duration forLong = Duration.ofDays(365);
        return new InMemoryStorage(new Retention(jobs, forLong, jobs, forLong), Clock.systemUTC());
    }

    private JobQ system(InMemoryStorage storage, int slots) {
        return JobQ.builder()
                .storage(storage)
                .compute(CHECKSUM, (input, job) -> FileChecksum.of(Path.of(input.file())))
                .retry(BACKOFF)
                .listener(tally)
                .worker(WorkerOptions.DEFAULT.withConcurrency(slots))
                .build();
    }

    private static Job job(Path file) {
        return Job.of(CHECKSUM, new FileToRead(file.toUri()));
    }

    private List<FileChecksum> collect(List<JobHandle> handles) throws InterruptedException {
        ProgressBar bar = new ProgressBar(out, handles.size(), ProgressBar.isWatched());
        List<FileChecksum> sums = new ArrayList<>(handles.size());
        for (JobHandle handle : handles) {
            FileChecksum sum = await(handle.result(FileChecksum.class), bar);
            if (sum != null) {
                sums.add(sum);
            }
        }
        bar.end();
        return sums;
    }

    /** The result, or null if the job is dead. */
    private @Nullable FileChecksum await(CompletableFuture<FileChecksum> result, ProgressBar bar)
            throws InterruptedException {
        bar.show(tally.ended());
        while (true) {
            try {
                return result.get(100, TimeUnit.MILLISECONDS);
            } catch (TimeoutException notYet) {
                bar.show(tally.ended());
            } catch (ExecutionException failed) {
                if (failed.getCause() instanceof JobFailedException) {
                    return null;
                }
                throw new IllegalStateException(failed.getCause());
            }
        }
    }

    private void write(List<FileChecksum> sums, Path to) throws IOException {
        ChecksumListing listing = new ChecksumListing(home);
        sums.forEach(listing::add);
        listing.write(to);
        out.printf("%d checksums in %s%n", sums.size(), to);
    }

    /** Names what could not be read; returns how many dead letters there are. */
    private long report(List<String> unreadable, DeadLetterQueue dead) {
        unreadable.forEach(reason -> out.println("not looked into: " + reason));
        long count = 0;
        String cursor = null;
        do {
            Page page = dead.list(DeadLetterQueue.Filter.ALL, cursor, 100);
            page.jobs().forEach(this::reportDead);
            count += page.jobs().size();
            cursor = page.next();
        } while (cursor != null);
        return count;
    }

    private void reportDead(JobSnapshot job) {
        job.errors().stream()
                .reduce((earlier, later) -> later)
                .ifPresent(last -> out.printf(
                        "not read, %d attempts: %s: %s%n", last.attempt(), last.errorClass(), last.message()));
    }

    private void summarize(int jobs, List<FileChecksum> sums, double seconds) {
        long bytes = sums.stream().mapToLong(FileChecksum::size).sum();
        long lines = sums.stream().mapToLong(FileChecksum::lines).sum();
        out.printf("jobs      %,d in %.2f s, %,.0f jobs/s%n", jobs, seconds, jobs / seconds);
        out.printf("read      %,.1f MB, %,d lines%n", bytes / 1e6, lines);
        out.printf("retries   %,d%n", tally.retried());
        out.printf("dead      %,d%n", jobs - sums.size());
        out.printf("run time  p50 %.2f ms, p95 %.2f ms%n", tally.percentile(0.50), tally.percentile(0.95));
    }
}
