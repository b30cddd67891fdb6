package io.jobq.spi;

import io.jobq.Priority;
import io.jobq.limits.Limit;
import java.time.Duration;
import java.util.Objects;
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
 * @param longestWait of a level: what has been ready for longer comes before all levels; null for no such time. Holds for
 *     jobs that become ready from then on
 */
public record Rule(
        Target target,
        String name,
        Limit limit,
        int weight,
        @Nullable String tenantClass,
        @Nullable Duration longestWait) {
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

    /** Checks ranges. */
    public Rule {
        Objects.requireNonNull(target, "target");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(limit, "limit");
        if (weight < 0 || weight > 1_000) {
            throw new IllegalArgumentException("weight must be 1 to 1,000, or 0 for the default, but is " + weight);
        }
        if (target == Target.LEVEL) {
            requireLevel(name, limit);
        }
        if (longestWait != null && (longestWait.toMillis() < 1 || longestWait.toDays() > 366)) {
            throw new IllegalArgumentException("longestWait must be 1 ms to 366 days, but is " + longestWait);
        }
        if ((target == Target.QUEUE) != name.isEmpty() && target != Target.TENANT_CLASS && target != Target.KEY) {
            throw new IllegalArgumentException("a rule of a " + target + " must not have the name '" + name + "'");
        }
    }

    private static void requireLevel(String name, Limit limit) {
        if (!name.matches("[0-9]") || !limit.equals(Limit.NONE)) {
            throw new IllegalArgumentException(
                    "a rule of a level is named by its number, 0 to 9, and has no limit, but is '" + name + "', "
                            + limit);
        }
    }

    /** A rule that is not about a level. */
    public Rule(Target target, String name, Limit limit, int weight, @Nullable String tenantClass) {
        this(target, name, limit, weight, tenantClass, null);
    }

    /** How a level shares a queue with others. */
    public static Rule level(Priority priority, int weight, @Nullable Duration longestWait) {
        return new Rule(Target.LEVEL, String.valueOf(priority.level()), Limit.NONE, weight, null, longestWait);
    }

    /** Whether it says nothing, which is how a rule is taken back. */
    public boolean isEmpty() {
        return limit.equals(Limit.NONE) && weight == 0 && tenantClass == null && longestWait == null;
    }
}
