package io.jobq.spi;

import io.jobq.JobId;
import io.jobq.JobSnapshot;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Looking and acting from outside. Work per call is bounded: a call may look at no more than a fixed number of jobs and
 * answer with a short page and a cursor to go on from.
 */
public interface JobAdmin {
    /** The job as it is now, or empty when it was never stored or retention has deleted it. */
    Optional<JobSnapshot> find(JobId id);

    /**
     * A page of the jobs that match, in the natural order of their state: ready jobs by level, in each those of no tenant in
     * their order and then those of tenants by turns, and last those that a limit holds back; scheduled ones by due time,
     * finished ones by when they finished. Ready jobs of one line, without tenants, limits, and weights or longest waits of
     * levels, are claimed in this order; else it says little about the order of claims. A queue in {@linkplain
     * #listsAsClaimed parts} is listed part by part.
     *
     * @param cursor null for the first page, else {@link Page#next()} of the one before
     * @param limit at most this many jobs, 1 or more; a page may hold fewer and still have a next one
     */
    Page list(JobFilter filter, @Nullable String cursor, int limit);

    /**
     * Whether a queue is one line, whose jobs are claimed as they are {@linkplain #list listed} while nobody shares. A queue
     * in parts, from which claims take in turns, is not.
     */
    default boolean listsAsClaimed(String queue) {
        return true;
    }

    /**
     * Does something to the next {@code limit} jobs that match; call again with the cursor it returns until that is
     * null. Jobs that the action does not fit (replaying one that runs, say) are passed over and not counted. Each job is
     * changed atomically; to repeat a call is safe, and finds the jobs changed that were.
     *
     * @throws IllegalArgumentException if the cursor is none of this filter's, the limit is below 1, or the action is
     *     {@linkplain JobAction#requireFor for one job} and the filter names none
     */
    Applied apply(JobFilter filter, JobAction action, @Nullable String cursor, int limit);

    /**
     * Pauses a queue, for every worker at once, or lets it go on and wakes the workers that wait for its jobs. A paused queue
     * takes jobs and settlements as ever, and its due jobs become ready, but no claim gets one. It stays paused until it is
     * told otherwise, and may be paused before its first job. To repeat a call is safe.
     *
     * @return whether it was not so before
     */
    boolean pause(String queue, boolean paused);

    /** Counts per queue and state, and the age of the oldest ready job. Costs nothing that grows with the backlog. */
    StorageStats stats();

    /**
     * Sets a rule of a queue, or parts of it, for every process and from the next claim on; what runs already goes on, and
     * counts if it was claimed while the rule limited its concurrency. Only these parts of what was set for the same target
     * and name are replaced, in one step, so changes of different parts do not disturb each other. A rule that {@linkplain
     * Rule#isEmpty() says nothing} any more is taken back. To repeat a call is safe. Survives restarts.
     *
     * @param parts which parts to replace; none to replace all
     */
    void rule(String queue, Rule rule, Rule.Part... parts);

    /** The rules of a queue, ordered by target and name. */
    List<Rule> rules(String queue);

    /** The rule that a queue has for a target and name of its own; costs the same whatever the number of rules. */
    Optional<Rule> rule(String queue, Rule.Target target, String name);
}
