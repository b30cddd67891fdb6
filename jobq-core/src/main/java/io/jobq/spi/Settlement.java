package io.jobq.spi;

import io.jobq.AttemptError;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What became of an attempt. It takes effect only while its lease is the job's current one, and may be sent again: the
 * second time it changes nothing and is answered as the first.
 */
public sealed interface Settlement {
    /** The lease it ends. */
    Lease lease();

    /**
     * The handler's last words: progress and log lines not yet reported by a renewal. {@link Report#NOTHING} mostly.
     */
    Report.Words words();

    /**
     * Done. The job becomes SUCCEEDED.
     *
     * @param result encoded return value; null when there is none
     */
    record Succeeded(
            Lease lease, Report.Words words, @Nullable Payload result) implements Settlement {}

    /**
     * The attempt failed and shall be repeated after a delay, as the next attempt.
     *
     * @param delay counted by the storage's clock
     * @param error added to the job's history
     */
    record Retry(Lease lease, Report.Words words, Duration delay, AttemptError error) implements Settlement {}

    /**
     * Not now: again after a delay, as the same attempt.
     *
     * @param delay counted by the storage's clock
     * @param reason for whoever looks at the waiting job
     */
    record Snooze(Lease lease, Report.Words words, Duration delay, String reason) implements Settlement {}

    /**
     * Given up. The job becomes DEAD.
     *
     * @param error added to the job's history; null when no attempt was made
     * @param reason why it is dead
     */
    record Discard(
            Lease lease, Report.Words words, @Nullable AttemptError error, String reason) implements Settlement {}

    /**
     * No longer wanted. The job becomes CANCELLED.
     *
     * @param reason why, unless an operator has asked to cancel it: then the operator's reason stands
     */
    record Cancel(Lease lease, Report.Words words, String reason) implements Settlement {}

    /** Given back unfinished: the same attempt is ready again at once, ahead of its line. */
    record Release(Lease lease, Report.Words words) implements Settlement {}

    /**
     * Handed back by a worker that has no handler for the type: the same attempt waits, out of everyone's way, until a
     * claim says that its worker {@linkplain Claim#knows() knows} the type.
     */
    record Park(Lease lease, Report.Words words) implements Settlement {}
}
