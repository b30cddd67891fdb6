package io.jobq.spi;

import io.jobq.Priority;
import io.jobq.limits.Limit;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a queue keeps to when it hands out jobs. A job starts when every rule that applies to it has room: the queue's, its
 * type's, its tenant's and its limit key's. A tenant has a rule of its own, or that of its class, or that of the class
 * {@code ""}; a key has a rule of its own, or that of the key {@code ""}; each tenant and each key is counted for itself all
 * the same. Jobs that run count if they were claimed while the rule limited their concurrency. In a partitioned queue each
 * partition keeps to the rules for itself.
 *
 * @param target what it is about
 * @param name which queue (always {@code ""}), type, tenant, class or key; of a level its number
 * @param limit what may run and start; always {@link Limit#NONE} for a level
 * @param weight how a tenant shares a level with others, 1 to 1,000; 0 for its class's, and 1 at last. Holds for jobs that
 *     become ready from then on. Of a level: how it shares the queue with other levels, by stride scheduling; as soon as
 *     one level has a weight, those without have 1. While none has, lower levels come first
 * @param tenantClass of a tenant: whose limit and weight it takes where its own are {@link Limit#NONE} or 0; null for none
 * @param longestWait of a level: what has been ready for longer gets half of all turns, before all levels and in the order of
 *     the ends of its waits, and its part of the others; null for no such time. Holds for jobs that become ready from then on
 * @param paused whether nothing starts, whatever the limit; never of a level
 */
public record Rule(
        Target target,
        String name,
        Limit limit,
        int weight,
        @Nullable String tenantClass,
        @Nullable Duration longestWait,
        boolean paused) {
    /** What a rule is about. */
    public enum Target {
        /** All jobs of the queue. */
        QUEUE,
        /** Those of a type. */
        TYPE,
        /** Those of a tenant. */
        TENANT,
        /** Those of each tenant of a class; {@code ""} for tenants without one. */
        TENANT_CLASS,
        /** Those with a limit key; {@code ""} for keys without a rule of their own. */
        KEY,
        /** A priority level. */
        LEVEL
    }

    /** What a change of a rule may replace, each by itself. */
    public enum Part {
        /** The limit. */
        LIMIT,
        /** The weight. */
        WEIGHT,
        /** The class of a tenant. */
        TENANT_CLASS,
        /** The longest wait of a level. */
        LONGEST_WAIT,
        /** Whether it is paused. */
        PAUSE;

        /** Those that a change names; all if it names none. */
        public static Set<Part> named(Part... parts) {
            return parts.length == 0 ? EnumSet.allOf(Part.class) : EnumSet.copyOf(List.of(parts));
        }
    }

    /** Checks ranges. */
    public Rule {
        Objects.requireNonNull(target, "target");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(limit, "limit");
        if (weight < 0 || weight > 1_000) {
            throw new IllegalArgumentException("weight must be 1 to 1,000, or 0 for the default, but is " + weight);
        }
        if (target == Target.LEVEL) {
            requireLevel(name, limit, paused);
        }
        if (longestWait != null && (Durations.millis(longestWait) < 1 || longestWait.toDays() > 366)) {
            throw new IllegalArgumentException(
                    "longestWait must be 1 ms to 366 days, but is " + DurationText.of(longestWait));
        }
        if ((target == Target.QUEUE) != name.isEmpty() && target != Target.TENANT_CLASS && target != Target.KEY) {
            throw new IllegalArgumentException("a rule of a " + target + " must not have the name '" + name + "'");
        }
    }

    private static void requireLevel(String name, Limit limit, boolean paused) {
        if (!name.matches("[0-9]") || !limit.equals(Limit.NONE) || paused) {
            throw new IllegalArgumentException(
                    "a rule of a level is named by its number, 0 to 9, and has neither a limit nor a pause, but is '"
                            + name + "', " + limit + (paused ? ", paused" : ""));
        }
    }

    /** A rule that is not about a level, and not paused. */
    public Rule(Target target, String name, Limit limit, int weight, @Nullable String tenantClass) {
        this(target, name, limit, weight, tenantClass, null, false);
    }

    /** A rule that says nothing. */
    public static Rule none(Target target, String name) {
        return new Rule(target, name, Limit.NONE, 0, null);
    }

    /** How a level shares a queue with others. */
    public static Rule level(Priority priority, int weight, @Nullable Duration longestWait) {
        return new Rule(Target.LEVEL, String.valueOf(priority.level()), Limit.NONE, weight, null, longestWait, false);
    }

    /** This rule with a limit. */
    public Rule withLimit(Limit changed) {
        return new Rule(target, name, changed, weight, tenantClass, longestWait, paused);
    }

    /** This rule with a weight. */
    public Rule withWeight(int changed) {
        return new Rule(target, name, limit, changed, tenantClass, longestWait, paused);
    }

    /** This rule with a class of its tenant; null for none. */
    public Rule withTenantClass(@Nullable String changed) {
        return new Rule(target, name, limit, weight, changed, longestWait, paused);
    }

    /** This rule, paused or not. */
    public Rule withPaused(boolean changed) {
        return new Rule(target, name, limit, weight, tenantClass, longestWait, changed);
    }

    /** This rule with some parts of another one about the same. */
    public Rule with(Rule other, Set<Part> parts) {
        return new Rule(
                target,
                name,
                parts.contains(Part.LIMIT) ? other.limit : limit,
                parts.contains(Part.WEIGHT) ? other.weight : weight,
                parts.contains(Part.TENANT_CLASS) ? other.tenantClass : tenantClass,
                parts.contains(Part.LONGEST_WAIT) ? other.longestWait : longestWait,
                parts.contains(Part.PAUSE) ? other.paused : paused);
    }

    /** The limit that holds: while it is paused, that with a concurrency of 0. */
    public Limit limitNow() {
        return paused ? limit.withConcurrency(0) : limit;
    }

    /** Whether it says nothing, which is how a rule is taken back. */
    public boolean isEmpty() {
        return limit.equals(Limit.NONE) && weight == 0 && tenantClass == null && longestWait == null && !paused;
    }
}
