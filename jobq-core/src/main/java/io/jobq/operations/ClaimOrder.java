package io.jobq.operations;

import io.jobq.JobSnapshot;
import io.jobq.Priority;
import io.jobq.spi.JobAdmin;
import io.jobq.spi.Rule;
import io.jobq.spi.Rule.Target;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whether the jobs of a queue are claimed in the order in which the storage lists them. They are if nobody shares: there is
 * one line, levels are strict, no tenants wait beside each other, and no limit makes anybody stand aside. In doubt they are
 * not.
 */
final class ClaimOrder {
    private final JobAdmin admin;
    private final String queue;

    ClaimOrder(JobAdmin admin, String queue) {
        this.admin = admin;
        this.queue = queue;
    }

    /**
     * Whether that holds up to a job.
     *
     * @param seen the head of the line, this job in it
     * @param index which it is
     * @param whole whether there are no others
     */
    boolean isThatOf(List<JobSnapshot> seen, int index, boolean whole) {
        return admin.listsAsClaimed(queue)
                && isSeenToTheEndOfItsLevel(seen, index, whole)
                && nobodyTakesTurns(seen, level(seen.get(index)))
                && nobodyStandsAside(seen.subList(0, index + 1))
                && levelsAreStrict();
    }

    /** Tenants of a level are listed behind its other jobs, but take turns with them. */
    private static boolean isSeenToTheEndOfItsLevel(List<JobSnapshot> seen, int index, boolean whole) {
        int level = level(seen.get(index));
        return whole || level(seen.get(seen.size() - 1)) > level;
    }

    private static boolean nobodyTakesTurns(List<JobSnapshot> seen, int lastLevel) {
        return seen.stream()
                .filter(job -> level(job) <= lastLevel)
                .allMatch(job -> job.job().options().tenant() == null);
    }

    private static int level(JobSnapshot job) {
        return job.job().options().priority().level();
    }

    private boolean nobodyStandsAside(List<JobSnapshot> jobs) {
        Set<String> types = new HashSet<>();
        return jobs.stream()
                .allMatch(job -> job.job().options().limitKey() != null
                        ? new JobTerms(admin, job).areNone()
                        : !types.add(job.type()) || new JobTerms(admin, job).areNone());
    }

    private boolean levelsAreStrict() {
        for (int level = 0; level < Priority.LEVELS; level++) {
            Optional<Rule> rule = admin.rule(queue, Target.LEVEL, String.valueOf(level));
            if (rule.filter(terms -> terms.weight() > 0 || terms.longestWait() != null)
                    .isPresent()) {
                return false;
            }
        }
        return true;
    }
}
