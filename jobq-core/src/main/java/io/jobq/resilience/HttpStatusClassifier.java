package io.jobq.resilience;

import io.jobq.Outcome;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a failed HTTP call means for a job, for {@link io.jobq.RetryPolicy#classify}: 408, 425, 429 and 5xx are worth
 * another attempt, other 4xx are not. A {@code Retry-After} header (RFC 9110, section 10.2.3; seconds or a date) sets the
 * delay, at most an hour. Errors that carry no status are left to the policy.
 */
public final class HttpStatusClassifier implements Function<Throwable, @Nullable Outcome> {
    private static final Duration MAX_DELAY = Duration.ofHours(1);

    private final Function<Throwable, @Nullable Integer> status;
    private final Function<Throwable, @Nullable String> retryAfter;
    private final InstantSource clock;

    /**
     * For the exceptions of your HTTP client.
     *
     * @param status finds the status code in an exception; null when it has none
     * @param retryAfter finds the value of the header; null when there is none
     */
    public HttpStatusClassifier(
            Function<Throwable, @Nullable Integer> status, Function<Throwable, @Nullable String> retryAfter) {
        this(status, retryAfter, InstantSource.system());
    }

    HttpStatusClassifier(
            Function<Throwable, @Nullable Integer> status,
            Function<Throwable, @Nullable String> retryAfter,
            InstantSource clock) {
        this.status = status;
        this.retryAfter = retryAfter;
        this.clock = clock;
    }

    @Override
    public @Nullable Outcome apply(Throwable error) {
        Integer code = status.apply(error);
        if (code == null || code < 400) {
            return null;
        }
        boolean temporary = code >= 500 || code == 429 || code == 408 || code == 425;
        if (!temporary) {
            return Outcome.discard("HTTP " + code + " is not retried");
        }
        Duration delay = delay(retryAfter.apply(error));
        return delay == null ? Outcome.retry("HTTP " + code) : Outcome.retryIn(delay, "HTTP " + code);
    }

    private @Nullable Duration delay(@Nullable String header) {
        if (header == null) {
            return null;
        }
        try {
            String value = header.trim();
            Duration delay = value.chars().allMatch(Character::isDigit)
                    ? Duration.ofSeconds(Long.parseLong(value))
                    : Duration.between(
                            clock.instant(), ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME));
            return delay.isNegative() ? Duration.ZERO : delay.compareTo(MAX_DELAY) > 0 ? MAX_DELAY : delay;
        } catch (NumberFormatException | DateTimeException unreadable) {
            return null;
        }
    }
}
