package io.jobq.system;

import io.jobq.spi.DurationText;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What jobs of a type have in common. What is given here is stronger than what an annotation of the handler says; null leaves
 * it to that.
 *
 * @param queue where {@code JobQ.enqueue} sends them
 * @param timeout time limit per attempt, more than zero
 * @param maxAttempts the first included, 1 or more
 * @param idempotent whether jobs with an idempotency key run once per key
 * @param idempotencyRetention how long the result of such a run is remembered
 */
public record TypeConfig(
        @Nullable String queue,
        @Nullable Duration timeout,
        @Nullable Integer maxAttempts,
        boolean idempotent,
        Duration idempotencyRetention) {
    /** Everything left to the handler, not idempotent. */
    public static final TypeConfig DEFAULT = new TypeConfig(null, null, null, false, Duration.ofHours(24));

    /** Checks ranges. */
    public TypeConfig {
        Objects.requireNonNull(idempotencyRetention, "idempotencyRetention");
        if (queue != null && !Form.isName(queue)) {
            throw new IllegalArgumentException("queue must be a name, but is '" + queue + "'");
        }
        if (timeout != null && (timeout.isNegative() || timeout.isZero())) {
            throw new IllegalArgumentException("timeout must be positive, but is " + DurationText.of(timeout));
        }
        if (maxAttempts != null && maxAttempts < 1) {
            throw new IllegalArgumentException("maxAttempts must be at least 1, but is " + maxAttempts);
        }
        if (idempotencyRetention.isNegative() || idempotencyRetention.isZero()) {
            throw new IllegalArgumentException(
                    "idempotencyRetention must be positive, but is " + DurationText.of(idempotencyRetention));
        }
    }

    /** The same with another {@link #queue()}. */
    public TypeConfig withQueue(String changed) {
        return new TypeConfig(changed, timeout, maxAttempts, idempotent, idempotencyRetention);
    }

    /** The same with another {@link #timeout()}. */
    public TypeConfig withTimeout(Duration changed) {
        return new TypeConfig(queue, changed, maxAttempts, idempotent, idempotencyRetention);
    }

    /** The same with another {@link #maxAttempts()}. */
    public TypeConfig withMaxAttempts(int changed) {
        return new TypeConfig(queue, timeout, changed, idempotent, idempotencyRetention);
    }

    /** Idempotent, its results remembered for so long. */
    public TypeConfig withIdempotency(Duration retention) {
        return new TypeConfig(queue, timeout, maxAttempts, true, retention);
    }
}
