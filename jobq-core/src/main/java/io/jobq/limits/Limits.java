package io.jobq.limits;

import io.jobq.JobQ;
import io.jobq.Priority;
import io.jobq.spi.JobAdmin;
import io.jobq.spi.Rule;
import io.jobq.spi.Rule.Part;
import io.jobq.spi.Rule.Target;
import io.jobq.spi.Storage;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The limits of one queue: how many jobs may run at once and how often they may start, in the whole queue, of a type, of a
 * tenant, or with a limit key; how tenants and levels share; and which types and tenants are paused. To pause the whole queue,
 * use {@link io.jobq.operations.Operations#pause}.
 *
 * <p>A job starts when every limit that applies to it has room. Storages decide that while they hand out jobs, for all
 * processes together, so a limit is never exceeded; and what counts is the lease, so a worker that dies gives back its slots
 * when its leases run out. Jobs that a limit holds back stay ready, in their order, and hold up no others. What is set here
 * is stored, holds from the next claim on in every process, and for jobs that are waiting; what runs goes on. Jobs that were
 * claimed before there was any limit to their concurrency do not count.
 *
 * <p>A tenant whose own limit is {@link Limit#NONE} has that of its class; one without a class has that of {@link
 * #eachTenant}. Limits for a class or for each tenant or key hold for every tenant or key by itself. In a partitioned queue
 * of Redis each partition keeps to the limits by itself.
 *
 * <p>An operator gets these from {@link io.jobq.operations.Operations#limits}, which writes down who changes what; programs
 * that declare their limits when they start use {@link #of}, which does not.
 *
 * <p>Thread-safe; holds nothing. All calls may be repeated, and throw {@link io.jobq.spi.StorageException} when the storage
 * does not answer. Limit, class, weight and pause of a name are changed each by itself, in one step: none undoes another, so a
 * process that states its limits when it starts does not let go on what an operator has paused.
 *
 * <pre>{@code
 * Limits.of(jobq, "mail")
 *         .queue(Limit.concurrency(200))
 *         .type("send_email", Limit.rate(Rate.perSecond(50)))
 *         .tenantClass("pro", Limit.rate(Rate.perMinute(100)))
 *         .eachTenant(Limit.rate(Rate.perMinute(10)))
 *         .assign("acme", "pro")
 *         .weight("acme", 3);
 * }</pre>
 */
public final class Limits {
    private final String queue;
    private final JobAdmin admin;

    private Limits(Storage storage, String queue) {
        this.queue = required("queue", queue);
        this.admin = storage.admin();
    }

    /** The limits of a queue of a system's storage, for all processes on it. The queue need not have jobs yet. */
    public static Limits of(JobQ jobq, String queue) {
        return of(jobq.storage(), queue);
    }

    /** The limits of a queue of a storage, for all processes on it. The queue need not have jobs yet. */
    public static Limits of(Storage storage, String queue) {
        return new Limits(storage, queue);
    }

    private static String required(String what, String name) {
        Objects.requireNonNull(name, what);
        if (name.isBlank()) {
            throw new IllegalArgumentException(
                    "the name of a " + what + " must not be blank; give the name that jobs have");
        }
        return name;
    }

    /** Limits all jobs of the queue together; {@link Limit#NONE} takes the limit back. Independent of a pause. */
    public Limits queue(Limit limit) {
        return limit(Target.QUEUE, "", limit);
    }

    /** Limits jobs of a type; {@link Limit#NONE} takes the limit back. Stays paused if it is. */
    public Limits type(String type, Limit limit) {
        return limit(Target.TYPE, required("type", type), limit);
    }

    /** Limits jobs of a tenant; with {@link Limit#NONE} its class's holds. Stays paused if it is. */
    public Limits tenant(String tenant, Limit limit) {
        return limit(Target.TENANT, required("tenant", tenant), limit);
    }

    /** Limits each tenant of a class that has no limit of its own; {@link Limit#NONE} takes the limit back. */
    public Limits tenantClass(String tenantClass, Limit limit) {
        return limit(Target.TENANT_CLASS, required("tenant class", tenantClass), limit);
    }

    /** Limits each tenant that has neither a limit of its own nor a class; {@link Limit#NONE} takes the limit back. */
    public Limits eachTenant(Limit limit) {
        return limit(Target.TENANT_CLASS, "", limit);
    }

    /** Limits jobs with a limit key; {@link Limit#NONE} leaves it with that of {@link #eachKey}. */
    public Limits key(String key, Limit limit) {
        return limit(Target.KEY, required("limit key", key), limit);
    }

    /** Limits each limit key that has no limit of its own; {@link Limit#NONE} takes the limit back. */
    public Limits eachKey(Limit limit) {
        return limit(Target.KEY, "", limit);
    }

    private Limits limit(Target target, String name, Limit limit) {
        Objects.requireNonNull(limit, "limit");
        return set(Rule.none(target, name).withLimit(limit), Part.LIMIT);
    }

    /** Puts a tenant into a class, whose limit and weight it has where it has none of its own; null for no class. */
    public Limits assign(String tenant, @Nullable String tenantClass) {
        Rule rule = Rule.none(Target.TENANT, required("tenant", tenant));
        @Nullable String known = tenantClass == null ? null : required("tenant class", tenantClass);
        return set(rule.withTenantClass(known), Part.TENANT_CLASS);
    }

    /**
     * Gives a tenant a part in proportion to its weight, in each priority level, while others wait too. Holds for jobs that
     * become ready from then on.
     *
     * @param weight 1 to 1,000; 0 for that of its class, or 1
     */
    public Limits weight(String tenant, int weight) {
        return weigh(Target.TENANT, required("tenant", tenant), weight);
    }

    /** As {@link #weight}, for each tenant of a class that has no weight of its own. */
    public Limits classWeight(String tenantClass, int weight) {
        return weigh(Target.TENANT_CLASS, required("tenant class", tenantClass), weight);
    }

    private Limits weigh(Target target, String name, int weight) {
        return set(Rule.none(target, name).withWeight(weight), Part.WEIGHT);
    }

    /**
     * Lets a priority level share the queue with others. As soon as one level has a weight, levels take turns in proportion
     * to theirs (those without have 1), and no slot stays empty while any has work; while none has, lower levels come first.
     *
     * @param weight 0 to 1,000; 0 for none
     * @param longestWait what has been ready for longer gets half of all turns, whatever its level, and the rest if nobody
     *     else waits; 1 ms to 366 days, null for no such time. Holds for jobs that become ready from then on
     */
    public Limits level(Priority level, int weight, @Nullable Duration longestWait) {
        return set(Rule.level(level, weight, longestWait), Part.WEIGHT, Part.LONGEST_WAIT);
    }

    /** Levels by weight, 100 : 50 : 20 : 5, and with a longest wait of 60 s, 5 min, 1 h and 24 h. */
    public Limits weightedLevels() {
        return level(Priority.CRITICAL, 100, Duration.ofSeconds(60))
                .level(Priority.HIGH, 50, Duration.ofMinutes(5))
                .level(Priority.NORMAL, 20, Duration.ofHours(1))
                .level(Priority.LOW, 5, Duration.ofHours(24));
    }

    /** Lower levels first, whatever was set for them before. */
    public Limits strictLevels() {
        for (int level = 0; level < Priority.LEVELS; level++) {
            level(new Priority(level), 0, null);
        }
        return this;
    }

    /** Starts no more jobs of a type, in any process, whatever limit is set meanwhile; what runs goes on. */
    public Limits pauseType(String type) {
        return pause(Target.TYPE, required("type", type), true);
    }

    /** Starts jobs of a type again, under the limit that was set last. A limit of 0 is no pause, and stays. */
    public Limits resumeType(String type) {
        return pause(Target.TYPE, required("type", type), false);
    }

    /** Starts no more jobs of a tenant, in any process, whatever limit is set meanwhile; what runs goes on. */
    public Limits pauseTenant(String tenant) {
        return pause(Target.TENANT, required("tenant", tenant), true);
    }

    /** Starts jobs of a tenant again, under the limit that was set last. A limit of 0 is no pause, and stays. */
    public Limits resumeTenant(String tenant) {
        return pause(Target.TENANT, required("tenant", tenant), false);
    }

    /** What was set for the queue, ordered by target and name. */
    public List<Rule> rules() {
        return admin.rules(queue);
    }

    private Limits pause(Target target, String name, boolean paused) {
        return set(Rule.none(target, name).withPaused(paused), Part.PAUSE);
    }

    private Limits set(Rule rule, Part... parts) {
        admin.rule(queue, rule, parts);
        return this;
    }
}
