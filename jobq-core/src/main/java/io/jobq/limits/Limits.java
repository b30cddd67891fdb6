package io.jobq.limits;

import io.jobq.JobQ;
import io.jobq.Priority;
import io.jobq.spi.JobAdmin;
import io.jobq.spi.Registry;
import io.jobq.spi.Rule;
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
 * does not answer. Of two calls that change the same name at the same time, the one may undo what the other did.
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
    /** In the registry: the concurrency of what is paused, to go back to. */
    private static final String PAUSED = "paused";

    private final String queue;
    private final JobAdmin admin;
    private final Registry registry;

    private Limits(Storage storage, String queue) {
        this.queue = required("queue", queue);
        this.admin = storage.admin();
        this.registry = storage.registry();
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

    /** Limits jobs of a type; {@link Limit#NONE} takes the limit back. Resumes it if it is paused. */
    public Limits type(String type, Limit limit) {
        return limit(Target.TYPE, required("type", type), limit);
    }

    /** Limits jobs of a tenant; with {@link Limit#NONE} its class's holds. Resumes it if it is paused. */
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
        set(with(rule(target, name), Objects.requireNonNull(limit, "limit")));
        registry.remove(PAUSED, pauseKey(target, name));
        return this;
    }

    /** Puts a tenant into a class, whose limit and weight it has where it has none of its own; null for no class. */
    public Limits assign(String tenant, @Nullable String tenantClass) {
        Rule rule = rule(Target.TENANT, required("tenant", tenant));
        @Nullable String known = tenantClass == null ? null : required("tenant class", tenantClass);
        return set(new Rule(rule.target(), rule.name(), rule.limit(), rule.weight(), known));
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
        Rule rule = rule(target, name);
        return set(new Rule(target, name, rule.limit(), weight, rule.tenantClass()));
    }

    /**
     * Lets a priority level share the queue with others. As soon as one level has a weight, levels take turns in proportion
     * to theirs (those without have 1), and no slot stays empty while any has work; while none has, lower levels come first.
     *
     * @param weight 0 to 1,000; 0 for none
     * @param longestWait what has been ready for longer comes before all levels; 1 ms to 366 days, null for no such time.
     *     Holds for jobs that become ready from then on
     */
    public Limits level(Priority level, int weight, @Nullable Duration longestWait) {
        return set(Rule.level(level, weight, longestWait));
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

    /** Starts no more jobs of a type, in any process; what runs goes on. */
    public Limits pauseType(String type) {
        return pause(Target.TYPE, required("type", type));
    }

    /** Starts jobs of a type again, under the limit that it had. */
    public Limits resumeType(String type) {
        return resume(Target.TYPE, required("type", type));
    }

    /** Starts no more jobs of a tenant, in any process; what runs goes on. */
    public Limits pauseTenant(String tenant) {
        return pause(Target.TENANT, required("tenant", tenant));
    }

    /** Starts jobs of a tenant again, under the limit that it had. */
    public Limits resumeTenant(String tenant) {
        return resume(Target.TENANT, required("tenant", tenant));
    }

    /** What was set for the queue, ordered by target and name. What is paused has a concurrency of 0. */
    public List<Rule> rules() {
        return admin.rules(queue);
    }

    private Limits pause(Target target, String name) {
        Rule rule = rule(target, name);
        int concurrency = rule.limit().concurrency();
        if (concurrency != 0) {
            // first, so that whatever fails in between, what is paused can be resumed under its limit
            remember(target, name, concurrency);
            set(with(rule, rule.limit().withConcurrency(0)));
        }
        return this;
    }

    private Limits resume(Target target, String name) {
        Rule rule = rule(target, name);
        if (rule.limit().concurrency() == 0) {
            set(with(rule, rule.limit().withConcurrency(remembered(target, name))));
        }
        registry.remove(PAUSED, pauseKey(target, name));
        return this;
    }

    private void remember(Target target, String name, int concurrency) {
        String key = pauseKey(target, name);
        if (concurrency == Limit.UNLIMITED) {
            registry.remove(PAUSED, key);
        } else {
            registry.put(new Registry.Entry(PAUSED, key, Integer.toString(concurrency), 0), -1, null);
        }
    }

    private int remembered(Target target, String name) {
        String key = pauseKey(target, name);
        return registry.list(PAUSED).stream()
                .filter(entry -> entry.key().equals(key))
                .map(entry -> Integer.valueOf(entry.json()))
                .findFirst()
                .orElse(Limit.UNLIMITED);
    }

    /** Queues and names may hold anything, so the queue's length says where it ends. */
    private String pauseKey(Target target, String name) {
        return target + "/" + queue.length() + "/" + queue + "/" + name;
    }

    private Rule rule(Target target, String name) {
        return admin.rule(queue, target, name).orElseGet(() -> new Rule(target, name, Limit.NONE, 0, null));
    }

    private static Rule with(Rule rule, Limit limit) {
        return new Rule(rule.target(), rule.name(), limit, rule.weight(), rule.tenantClass());
    }

    private Limits set(Rule rule) {
        admin.rule(queue, rule);
        return this;
    }
}
