package io.jobq;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A worker as it describes itself to the others.
 *
 * @param id its id
 * @param name from its options
 * @param host where it runs
 * @param pid its process
 * @param version of JobQ
 * @param state whether it claims
 * @param queues what it serves, with weights
 * @param slots how busy it is
 * @param running what it runs, at most 100 of them
 * @param settled how many attempts it has ended since it was started, whatever their outcome
 * @param started when it was started, by its own clock
 * @param heartbeat when it last said so, by its own clock; an entry older than its lease time disappears
 */
public record WorkerInfo(
        String id,
        String name,
        String host,
        long pid,
        String version,
        State state,
        Map<String, Integer> queues,
        Slots slots,
        List<Running> running,
        long settled,
        Instant started,
        Instant heartbeat) {
    /** Whether a worker claims. */
    public enum State {
        /** Not started. */
        NEW,
        /** Claims and runs. */
        RUNNING,
        /** Claims no more, finishes what it has. */
        QUIET,
        /** Gone. */
        STOPPED
    }

    /**
     * How busy it is.
     *
     * @param total its concurrency
     * @param used slots with a running handler
     * @param wanted what its autoscaling would like the concurrency to be
     * @param abandoned handlers that ignored their interruption and still hold a thread, outside of any slot
     */
    public record Slots(int total, int used, int wanted, int abandoned) {}

    /**
     * A running job.
     *
     * @param id the job
     * @param type its type
     * @param attempt which attempt
     */
    public record Running(JobId id, String type, int attempt) {}
}
