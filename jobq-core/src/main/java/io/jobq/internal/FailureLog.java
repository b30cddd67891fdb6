package io.jobq.internal;

import io.jobq.JobSnapshot;
import io.jobq.spi.DurationText;
import io.jobq.spi.Settlement;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs what fails, under {@code io.jobq.failures}: a failed attempt as a warning, a dead letter as an error, each with its
 * exception. The first few of a type are logged whole, the rest are counted until {@link #summarize()}, so that ten
 * thousand jobs that fail alike do not drown everything else.
 *
 * <p>Thread-safe.
 */
final class FailureLog {
    /** So many failed attempts, and so many dead letters, of one type are logged whole between two summaries. */
    static final int WHOLE = 5;

    private static final Logger log = LoggerFactory.getLogger("io.jobq.failures");

    private final Map<String, Count> counts = new ConcurrentHashMap<>();

    /** Logs the end of an attempt if it is a failure; never throws, since the attempt must be settled. */
    void ended(Attempt attempt, Settlement settlement, @Nullable Throwable error) {
        try {
            tell(attempt, settlement, error);
        } catch (RuntimeException | Error unspeakable) { // an error whose own message throws, or a log that fails
            log.warn(
                    "{} failed, and so did the logging of its error: {}",
                    attempt,
                    unspeakable.getClass().getName());
        }
    }

    private void tell(Attempt attempt, Settlement settlement, @Nullable Throwable error) {
        if (settlement instanceof Settlement.Retry retry) {
            retried(attempt, retry, error);
        } else if (settlement instanceof Settlement.Discard discard) {
            String what = attempt + " of " + attempt.maxAttempts();
            dead(attempt.type(), what, discard.reason(), error);
        }
    }

    private void retried(Attempt attempt, Settlement.Retry retry, @Nullable Throwable error) {
        if (count(attempt.type()).isWholeFailure()) {
            String why = error == null ? ": " + retry.error().message() : "";
            log.warn(
                    "{} of {} failed{}; next in {}",
                    attempt,
                    attempt.maxAttempts(),
                    why,
                    DurationText.of(retry.delay()),
                    error);
        }
    }

    /** Logs what was decided of a claimed job without running it, if that is a failure. */
    void refused(JobSnapshot job, @Nullable Settlement settlement) {
        if (settlement instanceof Settlement.Discard discard) {
            String what = "job " + job.id() + " of type '" + job.type() + "' in queue '" + job.queue() + "'";
            dead(job.type(), what, discard.reason(), null);
        }
    }

    private void dead(String type, String what, String reason, @Nullable Throwable error) {
        if (count(type).isWholeDeath()) {
            log.error("{} is dead: {}", what, reason, error);
        }
    }

    private Count count(String type) {
        return counts.computeIfAbsent(type, any -> new Count());
    }

    /** Logs in one line per type how many more there were since the last call, and lets the next few be logged whole. */
    void summarize() {
        counts.forEach((type, count) -> count.summarize(type));
    }

    private static final class Count {
        private int failed;
        private int dead;

        synchronized boolean isWholeFailure() {
            return ++failed <= WHOLE;
        }

        synchronized boolean isWholeDeath() {
            return ++dead <= WHOLE;
        }

        synchronized void summarize(String type) {
            int moreFailed = Math.max(0, failed - WHOLE);
            int moreDead = Math.max(0, dead - WHOLE);
            failed = 0;
            dead = 0;
            if (moreDead > 0) {
                log.error("type '{}': {} more dead jobs and {} more failed attempts", type, moreDead, moreFailed);
            } else if (moreFailed > 0) {
                log.warn("type '{}': {} more failed attempts", type, moreFailed);
            }
        }
    }
}
