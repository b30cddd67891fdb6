package io.jobq.scheduler;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Objects;
import java.util.Optional;

/**
 * Ticks at local times that a cron expression names. What it means is that of the named dialect, as {@code
 * docs/scheduler.md} lists it; what the clocks' changes do to it is a {@link DstPolicy}.
 *
 * <p>Two are equal if their dialects, zones, policies and expressions are, apart from case and blanks.
 */
public final class Cron implements Trigger {
    /** Whose rules an expression follows. */
    public enum Dialect {
        /** Five fields: minute, hour, day of month, month, day of week (0 and 7 are Sunday). Aliases such as {@code @daily}. */
        UNIX,
        /** Six or seven: second, minute, hour, day of month, month, day of week (1 is Sunday), year. */
        QUARTZ,
        /** Six: second, minute, hour, day of month, month, day of week (0 and 7 are Sunday). Aliases such as {@code @daily}. */
        SPRING
    }

    private final CronExpression expression;
    private final ZoneId zone;
    private final DstPolicy dst;
    private final ZonedPattern pattern;

    private Cron(CronExpression expression, ZoneId zone, DstPolicy dst) {
        this.expression = expression;
        this.zone = zone;
        this.dst = dst;
        this.pattern = ZonedPattern.of(expression.pattern(), zone, dst);
    }

    /**
     * By five fields or an alias, with {@link DstPolicy#DEFAULT}.
     *
     * @throws CronSyntaxException if the expression is none or never comes round
     */
    public static Cron unix(String expression, ZoneId zone) {
        return of(Dialect.UNIX, expression, zone);
    }

    /**
     * By six or seven fields, with {@link DstPolicy#DEFAULT}.
     *
     * @throws CronSyntaxException if the expression is none or never comes round
     */
    public static Cron quartz(String expression, ZoneId zone) {
        return of(Dialect.QUARTZ, expression, zone);
    }

    /**
     * By six fields or an alias, with {@link DstPolicy#DEFAULT}.
     *
     * @throws CronSyntaxException if the expression is none or never comes round
     */
    public static Cron spring(String expression, ZoneId zone) {
        return of(Dialect.SPRING, expression, zone);
    }

    /**
     * By an expression of a dialect, with {@link DstPolicy#DEFAULT}.
     *
     * @throws CronSyntaxException if the expression is none or never comes round
     */
    public static Cron of(Dialect dialect, String expression, ZoneId zone) {
        Objects.requireNonNull(zone, "zone");
        return new Cron(CronExpression.parse(dialect, expression), zone, DstPolicy.DEFAULT);
    }

    /** The same with another policy. */
    public Cron dst(DstPolicy policy) {
        return new Cron(expression, zone, Objects.requireNonNull(policy, "policy"));
    }

    @Override
    public Optional<Instant> next(Instant after) {
        long tick = pattern.next(Span.clamp(after).getEpochSecond());
        return tick > Span.LAST.getEpochSecond() ? Optional.empty() : Optional.of(Instant.ofEpochSecond(tick));
    }

    @Override
    public ZoneId zone() {
        return zone;
    }

    /** The dialect of the expression. */
    public Dialect dialect() {
        return expression.dialect();
    }

    /** The expression with single blanks and in capitals; an alias in small letters. */
    public String expression() {
        return expression.text();
    }

    /** What the clocks' changes do. */
    public DstPolicy dst() {
        return dst;
    }

    ZonedPattern pattern() {
        return pattern;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Cron that
                && dialect() == that.dialect()
                && expression().equals(that.expression())
                && zone.equals(that.zone)
                && dst.equals(that.dst);
    }

    @Override
    public int hashCode() {
        return Objects.hash(dialect(), expression(), zone, dst);
    }

    @Override
    public String toString() {
        return "cron '" + expression() + "' (" + Words.of(dialect()) + ") in " + zone + ", " + dst;
    }
}
