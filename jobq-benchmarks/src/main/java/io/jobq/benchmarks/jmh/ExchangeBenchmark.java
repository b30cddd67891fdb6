package io.jobq.benchmarks.jmh;

import io.jobq.JobId;
import io.jobq.memory.InMemoryStorage;
import io.jobq.spi.Claim;
import io.jobq.spi.Exchange;
import io.jobq.spi.JobOptions;
import io.jobq.spi.JobStore;
import io.jobq.spi.NewJob;
import io.jobq.spi.Payload;
import io.jobq.spi.Report;
import io.jobq.spi.Settlement;
import io.jobq.spi.WorkerLease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What settling and claiming costs per job while many wait: each call settles the 50 jobs of the call before and claims
 * 50 more. Outside the measured time as many are stored, so the backlog stays as long as it is.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xms3g", "-Xmx3g"})
public class ExchangeBenchmark {
    private static final int BATCH = 50;
    private static final String QUEUE = "default";

    /** How many jobs wait. */
    @Param({"10000", "1000000"})
    public int waiting;

    private final JobStore store = new InMemoryStorage().jobs();
    private final Claim claim = new Claim(
            new WorkerLease("benchmark", Duration.ofSeconds(30)),
            List.of(new Claim.Share(QUEUE, BATCH)),
            BATCH,
            Set.of());
    private List<Settlement> done = List.of();

    /** Stores the backlog. */
    @Setup(Level.Trial)
    public void fill() {
        for (int stored = 0; stored < waiting; stored += 1_000) {
            store.insert(newJobs(1_000));
        }
    }

    /** Stores what the last call has taken. */
    @Setup(Level.Invocation)
    public void refill() {
        store.insert(newJobs(BATCH));
    }

    private static List<NewJob> newJobs(int count) {
        List<NewJob> jobs = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            jobs.add(new NewJob(JobId.next(), QUEUE, "noop", new Payload(1, new byte[100]), JobOptions.DEFAULT));
        }
        return jobs;
    }

    /** Settles and claims. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public Exchange settleAndClaim() {
        Exchange reply = store.exchange(done, claim);
        List<Settlement> next = new ArrayList<>(BATCH);
        for (Exchange.Claimed claimed : reply.claimed()) {
            next.add(new Settlement.Succeeded(claimed.lease(), Report.NOTHING, null));
        }
        done = next;
        return reply;
    }
}
