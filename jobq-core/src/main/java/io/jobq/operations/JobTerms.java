package io.jobq.operations;

import io.jobq.JobSnapshot;
import io.jobq.limits.Limit;
import io.jobq.spi.HoldingRule;
import io.jobq.spi.JobAdmin;
import io.jobq.spi.Rule;
import io.jobq.spi.Rule.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The limits that apply to a job: its queue's, its type's, its tenant's and its limit key's, whether or not a claim has
 * looked at the job since they were set. Costs a few calls, whatever the number of rules.
 */
final class JobTerms {
    /** What a limit is about, and what it says. */
    private record Term(Target target, String name, Limit limit) {
        boolean isOf(HoldingRule rule) {
            return rule.target() == target && rule.name().equals(name);
        }
    }

    private final JobAdmin admin;
    private final String queue;
    private final List<Term> terms = new ArrayList<>();

    JobTerms(JobAdmin admin, JobSnapshot job) {
        this.admin = admin;
        this.queue = job.queue();
        add(Target.QUEUE, "", own(Target.QUEUE, ""));
        add(Target.TYPE, job.type(), own(Target.TYPE, job.type()));
        String tenant = job.job().options().tenant();
        if (tenant != null) {
            add(Target.TENANT, tenant, ofTenant(tenant));
        }
        String key = job.job().options().limitKey();
        if (key != null) {
            Limit limit = own(Target.KEY, key);
            add(Target.KEY, key, limit.equals(Limit.NONE) ? own(Target.KEY, "") : limit);
        }
    }

    private void add(Target target, String name, Limit limit) {
        if (!limit.equals(Limit.NONE)) {
            terms.add(new Term(target, name, limit));
        }
    }

    private Limit own(Target target, String name) {
        return limit(admin.rule(queue, target, name));
    }

    private Limit ofTenant(String tenant) {
        Optional<Rule> rule = admin.rule(queue, Target.TENANT, tenant);
        Limit limit = limit(rule);
        return limit.equals(Limit.NONE)
                ? own(Target.TENANT_CLASS, rule.map(Rule::tenantClass).orElse(""))
                : limit;
    }

    private static Limit limit(Optional<Rule> rule) {
        return rule.map(Rule::limitNow).orElse(Limit.NONE);
    }

    /** Whether there is any limit. */
    boolean areNone() {
        return terms.isEmpty();
    }

    /**
     * The first that lets nothing start.
     *
     * @param holding rules that hold other jobs back, and how many
     */
    @Nullable
    HoldingRule paused(List<HoldingRule> holding) {
        for (Term term : terms) {
            if (term.limit().concurrency() == 0) {
                return holding.stream()
                        .filter(rule -> term.isOf(rule) && rule.isPaused())
                        .findFirst()
                        .orElseGet(() -> new HoldingRule(term.target(), term.name(), term.limit(), 0, null));
            }
        }
        return null;
    }

    /** The first that holds other jobs back already, and so this one when it is its turn. */
    @Nullable
    HoldingRule reached(List<HoldingRule> holding) {
        for (HoldingRule rule : holding) {
            if (terms.stream().anyMatch(term -> term.isOf(rule))) {
                return rule;
            }
        }
        return null;
    }
}
