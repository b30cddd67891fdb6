package io.jobq.operations;

import io.jobq.WorkerOptions;
import io.jobq.spi.DurationText;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a worker is told from outside. Parts that are null, or false, leave it as it is.
 *
 * @param concurrency how many slots it shall have, 1 to 10,000; autoscaling, if it has any, goes on from there
 * @param quiet whether it shall claim no more
 * @param stop that it shall stop, and how long it waits for running jobs first, up to a day
 */
public record WorkerOrder(
        @Nullable Integer concurrency,
        boolean quiet,
        @Nullable Duration stop) {
    private static final Duration LONGEST = Duration.ofDays(1);

    /** Checks ranges. */
    public WorkerOrder {
        if (concurrency != null) {
            WorkerOptions.DEFAULT.withConcurrency(concurrency);
        }
        if (stop != null && (stop.isNegative() || stop.compareTo(LONGEST) > 0)) {
            throw new IllegalArgumentException(
                    "a worker may take 0 to 24 hours to stop, but is given " + DurationText.of(stop));
        }
    }

    /** This order and a later one; where both say something, the later one holds. */
    WorkerOrder and(WorkerOrder later) {
        return new WorkerOrder(
                later.concurrency != null ? later.concurrency : concurrency,
                quiet || later.quiet,
                later.stop != null ? later.stop : stop);
    }
}
