package io.jobq.scheduler;

import io.jobq.spi.DurationText;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of ticks that were missed, as when no scheduler was running. A tick is missed when it is later than the
 * grace; until then it is on time, and runs under every policy. {@link Timetable#due} applies it.
 *
 * @param kind which of the missed ticks run
 * @param limit how many at most: 0 for {@link Kind#SKIP}, 1 for {@link Kind#RUN_ONCE}, 1 to 1,000 for {@link Kind#CATCH_UP}
 * @param grace how late a tick may be without being missed, 1 s to 1 h
 * @param deadline missed ticks as late as this or later never run; null for no deadline
 */
public record Misfire(
        Kind kind, int limit, Duration grace, @Nullable Duration deadline) {
    /** Which of the missed ticks run. */
    public enum Kind {
        /** None. */
        SKIP,
        /** The latest, unless a tick that is on time runs anyway. */
        RUN_ONCE,
        /** The latest ones up to the limit, oldest first. */
        CATCH_UP
    }

    private static final Duration USUAL_GRACE = Duration.ofMinutes(1);
    private static final int MOST = 1_000;

    /** Runs once, with a grace of 1 min and no deadline. */
    public static final Misfire DEFAULT = runOnce();

    /** Checks ranges. */
    public Misfire {
        Objects.requireNonNull(kind, "kind");
        int least = kind == Kind.SKIP ? 0 : 1;
        int most = kind == Kind.CATCH_UP ? MOST : least;
        if (limit < least || limit > most) {
            throw new IllegalArgumentException("limit of misfire policy " + Words.of(kind) + " must be " + least
                    + " to " + most + ", but is " + limit);
        }
        if (grace.compareTo(Duration.ofSeconds(1)) < 0 || grace.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException("grace must be 1 s to 1 h, but is " + DurationText.of(grace));
        }
        if (deadline != null && (deadline.isNegative() || deadline.isZero())) {
            throw new IllegalArgumentException("deadline must be positive, but is " + DurationText.of(deadline));
        }
    }

    /** None of the missed ticks run. */
    public static Misfire skip() {
        return new Misfire(Kind.SKIP, 0, USUAL_GRACE, null);
    }

    /** However many were missed, one run stands for them. */
    public static Misfire runOnce() {
        return new Misfire(Kind.RUN_ONCE, 1, USUAL_GRACE, null);
    }

    /** The latest missed ticks run, so many at most, 1 to 1,000. */
    public static Misfire catchUp(int limit) {
        return new Misfire(Kind.CATCH_UP, limit, USUAL_GRACE, null);
    }

    /** The same with a deadline: what is as late as this or later never runs, unless it is within the grace. */
    public Misfire within(Duration changed) {
        return new Misfire(kind, limit, grace, Objects.requireNonNull(changed, "deadline"));
    }

    /** The same with another grace. */
    public Misfire grace(Duration changed) {
        return new Misfire(kind, limit, changed, deadline);
    }

    /** As JSON of one fixed form. */
    public String toJson() {
        return Json.write(MisfireForm.of(this));
    }

    /**
     * Reads what {@link #toJson} has written.
     *
     * @throws IllegalArgumentException if it is anything else
     */
    public static Misfire fromJson(String json) {
        return Json.read("misfire policy", json, MisfireForm.class, MisfireForm::misfire);
    }
}
