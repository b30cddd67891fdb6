package io.jobq.testkit;

import io.jobq.JobId;
import io.jobq.JobState;
import io.jobq.memory.InMemoryStorage;
import io.jobq.spi.Claim;
import io.jobq.spi.Exchange;
import io.jobq.spi.InsertResult;
import io.jobq.spi.JobOptions;
import io.jobq.spi.Lease;
import io.jobq.spi.NewJob;
import io.jobq.spi.Payload;
import io.jobq.spi.Report;
import io.jobq.spi.Retention;
import io.jobq.spi.Settlement;
import io.jobq.spi.WorkerLease;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;

/** Calls by many threads answer as if made one after the other. Ids and tokens are small numbers, so that they meet. */
@Param(name = "id", gen = IntGen.class, conf = "1:3")
@Param(name = "token", gen = IntGen.class, conf = "1:4")
public class InMemoryStorageLincheckTest {
    private static final String QUEUE = "mail";
    private static final WorkerLease WORKER = new WorkerLease("w", Duration.ofSeconds(30));

    private final InMemoryStorage storage = new InMemoryStorage(Retention.DEFAULT, new ManualClock());
    private final Lease first = firstLease();

    /** Whether it was new. */
    @Operation
    public boolean insert(@Param(name = "id") int id) {
        NewJob job = new NewJob(new JobId(0, id), QUEUE, "send", new Payload(1, new byte[0]), JobOptions.DEFAULT);
        return storage.jobs().insert(List.of(job)).get(0) instanceof InsertResult.Inserted;
    }

    /** Two jobs at once: each atomic for itself. */
    @Operation
    public String claim() {
        return exchange(List.of(), 2);
    }

    /** With a token that may be current, stale, or never given. */
    @Operation
    public String succeed(@Param(name = "id") int id, @Param(name = "token") int token) {
        return exchange(List.of(new Settlement.Succeeded(lease(id, token), Report.NOTHING, null)), 0);
    }

    /** Gives back and claims in one call. */
    @Operation
    public String releaseAndClaim(@Param(name = "id") int id, @Param(name = "token") int token) {
        return exchange(List.of(new Settlement.Release(lease(id, token), Report.NOTHING)), 1);
    }

    /** The state by name, or nothing. */
    @Operation
    public String state(@Param(name = "id") int id) {
        return storage.admin()
                .find(new JobId(0, id))
                .map(job -> job.state().name())
                .orElse("");
    }

    /** How many run. */
    @Operation
    public long running() {
        var stats = storage.admin().stats().queues().get(QUEUE);
        return stats == null ? 0 : stats.count(JobState.RUNNING);
    }

    private Lease lease(int id, int token) {
        return new Lease(QUEUE, new JobId(0, id), first.token() + token, first.nonce());
    }

    /** The first claim tells which tokens are the next, and what those of this storage have in common. */
    private Lease firstLease() {
        storage.jobs()
                .insert(List.of(
                        new NewJob(JobId.next(), "first", "send", new Payload(1, new byte[0]), JobOptions.DEFAULT)));
        Claim want = new Claim(WORKER, List.of(new Claim.Share("first", 1)), 1, Set.of());
        return storage.jobs().exchange(List.of(), want).claimed().get(0).lease();
    }

    private String exchange(List<Settlement> done, int limit) {
        Claim want = new Claim(WORKER, List.of(new Claim.Share(QUEUE, limit)), limit, Set.of());
        Exchange exchange = storage.jobs().exchange(done, want);
        StringBuilder answer = new StringBuilder(exchange.settled().toString());
        for (Exchange.Claimed claimed : exchange.claimed()) {
            answer.append(" job ").append(claimed.lease().job().low());
            answer.append(" token ").append(claimed.lease().token() - first.token());
        }
        return answer.toString();
    }

    @Test
    void callsAreLinearizable() {
        new StressOptions()
                .iterations(40)
                .invocationsPerIteration(1_000)
                .threads(3)
                .actorsPerThread(3)
                .check(InMemoryStorageLincheckTest.class);
    }
}
