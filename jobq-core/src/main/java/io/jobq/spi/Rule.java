package io.jobq.spi;

import io.jobq.limits.Limit;
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
 * @param name which queue (always {@code ""}), type, tenant, class or key
 * @param limit what may run and start
 * @param weight how a tenant shares a level with others, 1 to 1,000; 0 for its class's, and 1 at last. Holds for jobs that
 *     become ready from then on
 * @param tenantClass of a tenant: whose limit and weight it takes where its own are {@link Limit#NONE} or 0; null for none
 */
public record Rule(
        Target target,
        String name,
        Limit limit,
        int weight,
        @Nullable String tenantClass) {
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
        KEY
    }

    /** Checks ranges. */
    public Rule {
        Objects.requireNonNull(target, "target");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(limit, "limit");
        if (weight < 0 || weight > 1_000) {
            throw new IllegalArgumentException("weight must be 1 to 1,000, or 0 for the default, but is " + weight);
        }
        if ((target == Target.QUEUE) != name.isEmpty() && target != Target.TENANT_CLASS && target != Target.KEY) {
            throw new IllegalArgumentException("a rule of a " + target + " must not have the name '" + name + "'");
        }
    }

    /** Whether it says nothing, which is how a rule is taken back. */
    public boolean isEmpty() {
        return limit.equals(Limit.NONE) && weight == 0 && tenantClass == null;
    }
}
