package io.jobq.spi;

import io.jobq.JobSnapshot;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The answer to {@link JobStore#exchange}.
 *
 * @param settled one answer per settlement, in order
 * @param claimed the jobs now held, in the order to start them
 * @param nextDue how long until another claim may find more in the claimed queues: until the next scheduled job is due, or a
 *     rate that holds jobs back has room; zero when this claim ended early, to stay short; null when only others' doing helps
 * @param parked job types that have jobs waiting in the claimed queues for a worker that knows them
 * @param drained the claimed queues that have nothing more to give now, each with how long until that may change by itself,
 *     {@link #NEVER} when only others' doing helps. A worker leaves them alone for so long, or until it hears of them
 */
public record Exchange(
        List<SettleResult> settled,
        List<Claimed> claimed,
        @Nullable Duration nextDue,
        Set<String> parked,
        Map<String, Duration> drained) {
    /** Longer than anybody waits. */
    public static final Duration NEVER = ChronoUnit.FOREVER.getDuration();

    /** Does not tell which queues are drained: all are, if less was claimed than asked for. */
    public Exchange(List<SettleResult> settled, List<Claimed> claimed, @Nullable Duration nextDue, Set<String> parked) {
        this(settled, claimed, nextDue, parked, Map.of());
    }

    /**
     * A job and the hold on it.
     *
     * @param lease what every later word about this attempt must carry
     * @param job the job as it was when claimed: its {@code startedAt} is the storage's time of the claim
     */
    public record Claimed(Lease lease, JobSnapshot job) {}

    /** What became of a settlement. */
    public enum SettleResult {
        /** It took effect, now or when it was first sent. */
        APPLIED,
        /** The lease was gone: nothing changed. */
        LOST
    }
}
