package io.jobq.internal;

import io.jobq.AttemptError;
import io.jobq.Outcome;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;

/** Makes the stored form of a failure, whatever the throwable does to prevent it. */
final class Errors {
    private static final int MAX_MESSAGE = 1_000;
    private static final int MAX_STACK = 4_000;

    private Errors() {}

    static AttemptError of(Throwable error, Attempt attempt, Duration ran, String worker) {
        return new AttemptError(
                attempt.attempt(),
                error.getClass().getName(),
                trimmed(messageOf(error), MAX_MESSAGE),
                trimmed(stackOf(error), MAX_STACK),
                endOf(attempt, ran),
                ran,
                worker);
    }

    /** A failure that a handler returned instead of throwing it. */
    static AttemptError ofReason(String reason, Attempt attempt, Duration ran, String worker) {
        return new AttemptError(
                attempt.attempt(),
                Outcome.class.getName(),
                trimmed(reason, MAX_MESSAGE),
                "",
                endOf(attempt, ran),
                ran,
                worker);
    }

    /** By the storage's clock, without asking it: when it handed the job out, plus what has passed since. */
    private static Instant endOf(Attempt attempt, Duration ran) {
        Instant started = attempt.claimed().job().times().started();
        return (started == null ? attempt.enqueuedAt() : started).plus(ran);
    }

    private static String messageOf(Throwable error) {
        try {
            return String.valueOf(error.getMessage());
        } catch (Throwable broken) { // getMessage() is user code
            return "(its getMessage() threw " + broken.getClass().getName() + ")";
        }
    }

    private static String stackOf(Throwable error) {
        try {
            StringWriter text = new StringWriter();
            error.printStackTrace(new PrintWriter(text));
            return text.toString();
        } catch (Throwable broken) { // printStackTrace() calls user code, and may overflow
            return "(its printStackTrace() threw " + broken.getClass().getName() + ")";
        }
    }

    private static String trimmed(String text, int max) {
        return text.length() <= max ? text : text.substring(0, max - 1) + '…';
    }
}
