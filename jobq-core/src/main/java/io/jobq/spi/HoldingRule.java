package io.jobq.spi;

import io.jobq.limits.Limit;
import io.jobq.limits.Rate;
import io.jobq.spi.Rule.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A rule that holds ready jobs back.
 *
 * @param target QUEUE, TYPE, TENANT or KEY
 * @param name which type, tenant or key; {@code ""} of the queue
 * @param limit the limit that holds for it: its own, or that of its class or of each key. {@link Limit#NONE} when it has been
 *     taken back, and the jobs are on their way
 * @param jobs how many it is known to hold back; 0 if no claim has met any yet
 * @param until when its rate has room for the next, by the storage's clock; null if a running job must end first, or it is
 *     paused
 */
public record HoldingRule(
        Target target,
        String name,
        Limit limit,
        long jobs,
        @Nullable Instant until) {
    private static final Map<Duration, String> UNITS = Map.of(
            Duration.ofSeconds(1),
            "s",
            Duration.ofMinutes(1),
            "min",
            Duration.ofHours(1),
            "h",
            Duration.ofDays(1),
            "d");

    /** Rejects nulls where there must be none. */
    public HoldingRule {
        Objects.requireNonNull(target, "target");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(limit, "limit");
    }

    /** Whether nothing starts until somebody lets it go on. */
    public boolean isPaused() {
        return limit.concurrency() == 0;
    }

    /** What it is about, what it does, and to how many: for people. */
    public String text() {
        String waiting = jobs == 0 ? "" : "; " + jobs + (jobs == 1 ? " job waits" : " jobs wait");
        return subject(target, name) + " " + state() + waiting;
    }

    /** What a rule is about, for people. */
    public static String subject(Target target, String name) {
        return switch (target) {
            case QUEUE -> "the queue";
            case TYPE -> "type '" + name + "'";
            case TENANT -> "tenant '" + name + "'";
            case TENANT_CLASS -> "tenant class '" + name + "'";
            case KEY -> "limit key '" + name + "'";
            case LEVEL -> "level " + name;
        };
    }

    private String state() {
        Rate rate = limit.rate();
        if (isPaused()) {
            return "is paused";
        } else if (until == null) {
            return "has as many jobs running as its limit of " + limit.concurrency() + " allows";
        }
        return rate == null ? "has room again" : "is throttled until " + until + " by its rate of " + text(rate);
    }

    private static String text(Rate rate) {
        return rate.permits() + "/" + UNITS.getOrDefault(rate.period(), DurationText.of(rate.period()));
    }
}
