package io.jobq;

import io.jobq.spi.DurationText;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How an attempt ended, as its handler or an interceptor decides. An attempt that throws has no outcome; the retry
 * policy decides then.
 *
 * @param kind what to do
 * @param result of {@link Kind#SUCCEED}: what to store, or null; an {@link io.jobq.spi.Payload} is stored as it is
 * @param delay of {@link Kind#RETRY}, {@link Kind#SNOOZE}: how long to wait; null where it has no meaning, or for a retry
 *     after the policy's own backoff
 * @param reason for people; empty when there is nothing to say
 */
public record Outcome(
        Kind kind, @Nullable Object result, @Nullable Duration delay, String reason) {
    /** What an outcome does. */
    public enum Kind {
        /** Done; store the result. */
        SUCCEED,
        /** Failed; count the attempt and try again, unless attempts are used up. */
        RETRY,
        /** Not now; try again later without counting the attempt. */
        SNOOZE,
        /** Failed for good; to the dead letters. */
        DISCARD,
        /** Not wanted any more; no failure. */
        CANCEL
    }

    /** Rejects negative delays. */
    public Outcome {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(reason, "reason");
        if (delay != null && delay.isNegative()) {
            throw new IllegalArgumentException("delay must not be negative, but is " + DurationText.of(delay));
        }
    }

    /** Done, with a result to store; null for none. */
    public static Outcome succeed(@Nullable Object result) {
        return result == null ? Success.EMPTY : new Outcome(Kind.SUCCEED, result, null, "");
    }

    /** This attempt failed; try again after the policy's backoff while attempts are left. */
    public static Outcome retry(String reason) {
        return new Outcome(Kind.RETRY, null, null, reason);
    }

    /** This attempt failed; try again after a delay of your own while attempts are left. */
    public static Outcome retryIn(Duration delay, String reason) {
        return new Outcome(Kind.RETRY, null, Objects.requireNonNull(delay, "delay"), reason);
    }

    /** Not now; run the same attempt again after a delay. */
    public static Outcome snooze(Duration delay, String reason) {
        return new Outcome(Kind.SNOOZE, null, Objects.requireNonNull(delay, "delay"), reason);
    }

    /** Give up; the job goes to the dead letters with this reason. */
    public static Outcome discard(String reason) {
        return new Outcome(Kind.DISCARD, null, null, reason);
    }

    /** No longer wanted; the job ends cancelled with this reason. */
    public static Outcome cancel(String reason) {
        return new Outcome(Kind.CANCEL, null, null, reason);
    }

    private static final class Success {
        private static final Outcome EMPTY = new Outcome(Kind.SUCCEED, null, null, "");
    }
}
