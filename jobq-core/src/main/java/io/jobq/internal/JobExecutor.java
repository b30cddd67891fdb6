package io.jobq.internal;

import io.jobq.AttemptError;
import io.jobq.JobEnd;
import io.jobq.JobInterceptor;
import io.jobq.JobQ;
import io.jobq.JobQException;
import io.jobq.Outcome;
import io.jobq.PayloadCodec;
import io.jobq.RetryPolicy;
import io.jobq.spi.DurationText;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.Lease;
import io.jobq.spi.Payload;
import io.jobq.spi.Report;
import io.jobq.spi.Settlement;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one attempt and says what to tell the storage: interceptors → decode → handler → {@link Outcome} → {@link
 * RetryPolicy} → {@link Settlement}. Knows neither threads nor storage.
 */
final class JobExecutor {
    private static final Logger log = LoggerFactory.getLogger(JobExecutor.class);

    private final List<JobInterceptor> interceptors;
    private final Listeners listeners;
    private final PayloadReader payloads;
    private final PayloadWriter results;
    private final RetryPolicies retries;
    private final FailureLog failures = new FailureLog();

    JobExecutor(List<JobInterceptor> interceptors, Listeners listeners, Settings settings) {
        this.interceptors = interceptors;
        this.listeners = listeners;
        this.payloads = new PayloadReader(settings.codec());
        this.results = new PayloadWriter(settings.codec(), settings.maxPayloadBytes());
        this.retries = new RetryPolicies(settings.retries());
    }

    /** A claimed job as an attempt of its type, to be run here. */
    Attempt attempt(Claimed claimed, TypeDefinition type, JobQ jobq) {
        return new Attempt(claimed, type, retries.nearest(claimed.job(), type.options()), jobq);
    }

    FailureLog failures() {
        return failures;
    }

    /**
     * Runs the attempt on the calling thread.
     *
     * @return what to settle with; null when somebody has settled it meanwhile
     */
    @Nullable
    Settlement run(Attempt attempt, String worker) {
        if (!attempt.enter()) {
            return null;
        }
        listeners.started(attempt);
        @Nullable Outcome outcome = null;
        @Nullable Throwable error = null;
        try {
            outcome = proceed(attempt, 0);
        } catch (Throwable thrown) { // whatever a handler throws is an attempt that failed
            error = thrown;
        } finally {
            attempt.leave();
        }
        Ending ending = new Ending(attempt, Duration.ofNanos(attempt.ranNanos()), worker);
        return conclude(attempt, ending.decide(outcome, error), ending.ran, error);
    }

    /** Settles an attempt whose handler has ignored its interruption, as if it had thrown the time-out. */
    @Nullable
    Settlement giveUp(Attempt attempt, String worker) {
        Ending ending = new Ending(attempt, attempt.age(), worker);
        return conclude(attempt, ending.decide(null, new InterruptedException()), ending.ran, null);
    }

    private @Nullable Settlement conclude(
            Attempt attempt, Settlement settlement, Duration ran, @Nullable Throwable error) {
        if (!attempt.trySettle()) {
            return null;
        }
        if (attempt.hasBegun()) {
            listeners.ended(attempt, new JobEnd(endOf(settlement), ran, error));
        }
        failures.ended(attempt, settlement, error);
        return settlement;
    }

    private Outcome proceed(Attempt attempt, int index) throws Exception {
        if (index == interceptors.size()) {
            return handle(attempt);
        }
        JobInterceptor interceptor = interceptors.get(index);
        @Nullable Outcome outcome = interceptor.aroundPerform(attempt, () -> proceed(attempt, index + 1));
        if (outcome == null) {
            throw new JobQException(
                    "interceptor " + interceptor.getClass().getName() + " returned null instead of an outcome");
        }
        return outcome;
    }

    @SuppressWarnings("NullAway") // a payload is null only for a handler of Void
    private Outcome handle(Attempt attempt) throws Exception {
        TypeDefinition type = attempt.definition();
        Object payload = payloads.read(attempt.claimed().job().job(), type);
        Object returned = type.handler().handle(payload, attempt);
        return returned instanceof Outcome outcome ? outcome : Outcome.succeed(returned);
    }

    private static JobEnd.Kind endOf(Settlement settlement) {
        if (settlement instanceof Settlement.Succeeded) {
            return JobEnd.Kind.SUCCEEDED;
        } else if (settlement instanceof Settlement.Retry) {
            return JobEnd.Kind.RETRIED;
        } else if (settlement instanceof Settlement.Snooze) {
            return JobEnd.Kind.SNOOZED;
        } else if (settlement instanceof Settlement.Discard) {
            return JobEnd.Kind.DEAD;
        } else if (settlement instanceof Settlement.Cancel) {
            return JobEnd.Kind.CANCELLED;
        }
        return JobEnd.Kind.RELEASED;
    }

    /** The end of one attempt, on its way from what the handler did to what the storage is told. */
    private final class Ending {
        final Attempt attempt;
        final Duration ran;
        final String worker;

        Ending(Attempt attempt, Duration ran, String worker) {
            this.attempt = attempt;
            this.ran = ran;
            this.worker = worker;
        }

        private Lease lease() {
            return attempt.lease();
        }

        private Report.Words words() {
            return attempt.takeWords();
        }

        /** Never throws: policies, classifiers and codecs are user code, and a job must not be lost to their bugs. */
        Settlement decide(@Nullable Outcome outcome, @Nullable Throwable error) {
            try {
                return error == null ? obey(outcome) : answer(error);
            } catch (Throwable bug) {
                log.warn("{}: a retry policy or codec threw; the default policy decides", attempt, bug);
                Throwable cause = error == null ? bug : error;
                int attempts = RetryPolicy.DEFAULT.maxAttempts();
                return apply(
                        RetryPolicy.DEFAULT.decide(attempt.attempt(), attempts, cause, ThreadLocalRandom.current()),
                        cause);
            }
        }

        /** The handler or an interceptor has decided. */
        Settlement obey(@Nullable Outcome outcome) {
            if (outcome == null) {
                return answer(new JobQException("no outcome"));
            }
            return switch (outcome.kind()) {
                case SUCCEED -> succeed(outcome.result());
                case RETRY, DISCARD ->
                    settle(limited(outcome), Errors.ofReason(outcome.reason(), attempt, ran, worker));
                case SNOOZE, CANCEL -> settle(outcome, null);
            };
        }

        /** The attempt threw; why it was stopped, if it was, says more than what it threw. */
        Settlement answer(Throwable error) {
            Attempt.@Nullable Stop stop = attempt.stopped();
            if (stop == Attempt.Stop.SHUTDOWN || stop == Attempt.Stop.LOST) {
                return new Settlement.Release(lease(), words());
            }
            if (stop == Attempt.Stop.CANCELLED) {
                return new Settlement.Cancel(lease(), words(), "cancelled while running");
            }
            if (error instanceof UnusablePayloadException) {
                return apply(Outcome.discard(String.valueOf(error.getMessage())), error);
            }
            Throwable cause = stop == Attempt.Stop.TIMED_OUT ? timeout(error) : error;
            return apply(
                    attempt.policy()
                            .decide(attempt.attempt(), attempt.maxAttempts(), cause, ThreadLocalRandom.current()),
                    cause);
        }

        private TimeoutException timeout(Throwable error) {
            TimeoutException timeout =
                    new TimeoutException(attempt + " ran over its time limit and was interrupted after "
                            + DurationText.of(ran.truncatedTo(ChronoUnit.MILLIS)));
            timeout.initCause(error);
            return timeout;
        }

        private Settlement succeed(@Nullable Object result) {
            try {
                return new Settlement.Succeeded(lease(), words(), result == null ? null : results.writeResult(result));
            } catch (JobQException unwritable) {
                return apply(Outcome.discard("its result can't be stored: " + unwritable.getMessage()), unwritable);
            }
        }

        private Settlement apply(Outcome decision, Throwable error) {
            return settle(decision, Errors.of(error, attempt, ran, worker));
        }

        private Settlement settle(Outcome decision, @Nullable AttemptError error) {
            return switch (decision.kind()) {
                case SUCCEED -> succeed(decision.result());
                case RETRY -> new Settlement.Retry(lease(), words(), delay(decision), known(error, decision));
                case SNOOZE -> new Settlement.Snooze(lease(), words(), delay(decision), decision.reason());
                case DISCARD -> new Settlement.Discard(lease(), words(), error, decision.reason());
                case CANCEL -> new Settlement.Cancel(lease(), words(), decision.reason());
            };
        }

        private AttemptError known(@Nullable AttemptError error, Outcome decision) {
            return error != null ? error : Errors.ofReason(decision.reason(), attempt, ran, worker);
        }

        private Duration delay(Outcome decision) {
            return decision.delay() == null ? Duration.ZERO : decision.delay();
        }

        /** A retry that the handler asked for, within the attempts that the policy grants. */
        private Outcome limited(Outcome outcome) {
            if (outcome.kind() != Outcome.Kind.RETRY) {
                return outcome;
            }
            Outcome byCount = attempt.policy()
                    .classify(error -> Outcome.retry(outcome.reason()))
                    .decide(
                            attempt.attempt(),
                            attempt.maxAttempts(),
                            new JobQException(outcome.reason()),
                            ThreadLocalRandom.current());
            boolean ownDelay = byCount.kind() == Outcome.Kind.RETRY && outcome.delay() != null;
            return ownDelay ? outcome : byCount;
        }
    }

    /** Writes payloads and results within the size limit. */
    record PayloadWriter(PayloadCodec codec, int maxBytes) {
        Payload write(@Nullable Object value, int version, String what) {
            return limited(new Payload(version, codec.encode(value)), what);
        }

        /** An interceptor may bring a result that is encoded already. */
        Payload writeResult(Object result) {
            return result instanceof Payload encoded ? limited(encoded, "result") : write(result, 1, "result");
        }

        private Payload limited(Payload payload, String what) {
            int bytes = payload.data().length;
            if (bytes > maxBytes) {
                throw new JobQException(what + " has " + bytes + " bytes encoded, but at most " + maxBytes
                        + " are allowed; store large data elsewhere and pass a reference, or raise maxPayloadBytes");
            }
            return payload;
        }
    }
}
