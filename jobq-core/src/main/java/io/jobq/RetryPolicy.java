package io.jobq;

import io.jobq.spi.DurationText;
import io.jobq.spi.Durations;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decides what follows a failed attempt: how long to wait, and whether to try again at all. Immutable; each method that
 * changes something returns a new policy.
 *
 * <pre>{@code RetryPolicy.exponential(Duration.ofSeconds(1), 2, Duration.ofMinutes(10))
 *     .maxAttempts(8)
 *     .discardOn(CardDeclinedException.class)}</pre>
 *
 * <p>The nearest policy wins: the job's, then its type's, its queue's, and the system's. Within one, the first that has
 * an opinion wins: the classifier, {@code discardOn}, {@code retryOn}; an error that nobody speaks of is retried.
 */
public final class RetryPolicy {
    /** Exponential from 5 s, doubling, at most 1 h, jitter of ±20 %, 10 attempts: gives up after about 43 minutes. */
    public static final RetryPolicy DEFAULT = exponential(Duration.ofSeconds(5), 2, Duration.ofHours(1));

    private static final double FULL_JITTER = -1;
    private static final Duration MAX_DELAY = Duration.ofDays(365);

    private final Backoff backoff;
    private final double jitter;
    private final int maxAttempts;
    private final Rules rules;

    private RetryPolicy(Backoff backoff, double jitter, int maxAttempts, Rules rules) {
        this.backoff = backoff;
        this.jitter = jitter;
        this.maxAttempts = maxAttempts;
        this.rules = rules;
    }

    /** Waits {@code base}, then {@code base × factor}, {@code base × factor²} …, never more than {@code max}. */
    public static RetryPolicy exponential(Duration base, double factor, Duration max) {
        requireDelay("base", base);
        requireDelay("max", max);
        if (!(factor >= 1 && factor < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("factor must be 1 or more, but is " + factor);
        }
        return custom((attempt, error) -> {
            double millis = Durations.millis(base) * Math.pow(factor, attempt - 1.0);
            return millis < Durations.millis(max) ? Duration.ofMillis((long) millis) : max;
        });
    }

    /** Waits {@code step}, then twice, three times … as long, never more than {@code max}. */
    public static RetryPolicy linear(Duration step, Duration max) {
        requireDelay("step", step);
        requireDelay("max", max);
        return custom((attempt, error) -> {
            double millis = (double) Durations.millis(step) * attempt;
            return millis < Durations.millis(max) ? Duration.ofMillis((long) millis) : max;
        });
    }

    /** Always waits as long. */
    public static RetryPolicy fixed(Duration delay) {
        requireDelay("delay", delay);
        return custom((attempt, error) -> delay);
    }

    /** Waits as the function says; if that throws or answers null or less than zero, as {@link #DEFAULT} would. */
    public static RetryPolicy custom(Backoff backoff) {
        return new RetryPolicy(Objects.requireNonNull(backoff, "backoff"), 0.2, 10, Rules.NONE);
    }

    /** Never tries again. */
    public static RetryPolicy never() {
        return fixed(Duration.ZERO).maxAttempts(1);
    }

    /** Waits as another policy does, jitter aside; attempts, jitter and rules stay. */
    public RetryPolicy delaysOf(RetryPolicy other) {
        return new RetryPolicy(other.backoff, jitter, maxAttempts, rules);
    }

    private static void requireDelay(String what, Duration delay) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException(what + " must not be negative, but is " + DurationText.of(delay));
        }
    }

    /** Gives up after this many attempts, the first included; 1 or more, 10 by default. */
    public RetryPolicy maxAttempts(int attempts) {
        if (attempts < 1) {
            throw new IllegalArgumentException("maxAttempts must be at least 1, but is " + attempts);
        }
        return new RetryPolicy(backoff, jitter, attempts, rules);
    }

    /** Spreads each delay evenly over ± this fraction of it, 0 (not at all) to 1; ±0.2 by default. */
    public RetryPolicy jitter(double fraction) {
        if (!(fraction >= 0 && fraction <= 1)) {
            throw new IllegalArgumentException("jitter must be 0 to 1, but is " + fraction);
        }
        return new RetryPolicy(backoff, fraction, maxAttempts, rules);
    }

    /**
     * Spreads each delay evenly from zero to its full length: the most even load on a service that comes back (Brooker:
     * Exponential Backoff and Jitter, AWS Architecture Blog, 2015).
     */
    public RetryPolicy fullJitter() {
        return new RetryPolicy(backoff, FULL_JITTER, maxAttempts, rules);
    }

    /** Retries these errors and their subclasses, and once this is used, no others. */
    @SafeVarargs
    @SuppressWarnings("varargs") // only read
    public final RetryPolicy retryOn(Class<? extends Throwable>... errors) {
        return new RetryPolicy(
                backoff, jitter, maxAttempts, new Rules(List.of(errors), rules.discardOn, rules.classifier));
    }

    /** Never retries these errors and their subclasses. */
    @SafeVarargs
    @SuppressWarnings("varargs") // only read
    public final RetryPolicy discardOn(Class<? extends Throwable>... errors) {
        return new RetryPolicy(
                backoff, jitter, maxAttempts, new Rules(rules.retryOn, List.of(errors), rules.classifier));
    }

    /**
     * Asks a function first. It answers with any {@link Outcome}, or null when it has no opinion; if it throws, that is
     * no opinion.
     */
    public RetryPolicy classify(Function<? super Throwable, @Nullable Outcome> classifier) {
        return new RetryPolicy(backoff, jitter, maxAttempts, new Rules(rules.retryOn, rules.discardOn, classifier));
    }

    /** The most attempts a job gets. */
    public int maxAttempts() {
        return maxAttempts;
    }

    /**
     * What follows a failed attempt.
     *
     * @param attempt the attempt that failed, 1-based
     * @param attempts the most this job gets
     * @param error what it failed with
     * @param random where jitter comes from
     * @return an outcome; if it is a retry, with its delay
     */
    public Outcome decide(int attempt, int attempts, Throwable error, RandomGenerator random) {
        Outcome wanted = rules.judge(error);
        if (wanted.kind() != Outcome.Kind.RETRY) {
            return wanted;
        }
        if (attempt >= attempts) {
            return Outcome.discard("gave up after " + attempt + (attempt == 1 ? " attempt" : " attempts"));
        }
        Duration delay = wanted.delay();
        return delay != null ? wanted : Outcome.retryIn(delayAfter(attempt, error, random), wanted.reason());
    }

    /** The delay after a failed attempt, jitter included. */
    public Duration delayAfter(int attempt, Throwable error, RandomGenerator random) {
        Duration delay = backoffAfter(attempt, error);
        double millis = (delay.compareTo(MAX_DELAY) < 0 ? delay : MAX_DELAY).toMillis();
        double from = jitter == FULL_JITTER ? 0 : millis * (1 - jitter);
        double to = jitter == FULL_JITTER ? millis : millis * (1 + jitter);
        return Duration.ofMillis(Math.round(from + random.nextDouble() * (to - from)));
    }

    private Duration backoffAfter(int attempt, Throwable error) {
        try {
            @Nullable Duration delay = backoff.delayAfter(attempt, error);
            if (delay != null && !delay.isNegative()) {
                return delay;
            }
        } catch (RuntimeException ofTheUsersFunction) {
            suppress(error, ofTheUsersFunction);
        }
        return DEFAULT.backoff.delayAfter(attempt, error);
    }

    private static void suppress(Throwable error, RuntimeException ofTheUsersFunction) {
        if (error != ofTheUsersFunction) { // it may throw what it was given
            error.addSuppressed(ofTheUsersFunction);
        }
    }

    /** Which errors are worth another attempt. */
    private record Rules(
            List<Class<? extends Throwable>> retryOn,
            List<Class<? extends Throwable>> discardOn,
            @Nullable Function<? super Throwable, @Nullable Outcome> classifier) {
        static final Rules NONE = new Rules(List.of(), List.of(), null);

        Outcome judge(Throwable error) {
            Outcome opinion = ask(error);
            if (opinion != null) {
                return opinion;
            }
            if (matches(discardOn, error)) {
                return Outcome.discard(error.getClass().getName() + " is not retried");
            }
            if (!retryOn.isEmpty() && !matches(retryOn, error)) {
                return Outcome.discard(error.getClass().getName() + " is not among the errors to retry");
            }
            return Outcome.retry("");
        }

        private @Nullable Outcome ask(Throwable error) {
            if (classifier == null) {
                return null;
            }
            try {
                return classifier.apply(error);
            } catch (RuntimeException ofTheUsersFunction) {
                suppress(error, ofTheUsersFunction);
                return null;
            }
        }

        private static boolean matches(List<Class<? extends Throwable>> classes, Throwable error) {
            return classes.stream().anyMatch(each -> each.isInstance(error));
        }
    }
}
