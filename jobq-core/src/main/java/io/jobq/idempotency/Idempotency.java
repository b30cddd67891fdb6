package io.jobq.idempotency;

import io.jobq.JobContext;
import io.jobq.JobInterceptor;
import io.jobq.JobQException;
import io.jobq.Outcome;
import io.jobq.idempotency.IdempotencyStore.Begun;
import io.jobq.idempotency.IdempotencyStore.Completed;
import io.jobq.idempotency.IdempotencyStore.InFlight;
import io.jobq.idempotency.IdempotencyStore.Run;
import io.jobq.spi.DurationText;
import io.jobq.spi.Durations;
import io.jobq.spi.Payload;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the handlers of jobs with an {@linkplain io.jobq.Job#idempotencyKey idempotency key} once per key: the first result
 * is remembered, and every later delivery with the key succeeds with it, without running anything.
 *
 * <pre>{@code
 * JobQ.builder()
 *         .compute("charge", Charge.class, (charge, job) -> bank.charge(charge))
 *         .interceptor(Idempotency.of(redis.idempotency()).retention(Duration.ofDays(7)))
 * }</pre>
 *
 * <ul>
 *   <li>A run that succeeds is remembered for the retention, 24 hours by default; its result may be null.
 *   <li>A run that throws, or decides anything but {@link Outcome#succeed}, leaves the key free.
 *   <li>While a run is in flight, another delivery with the key is snoozed for a second, or as told.
 *   <li>A redelivery of the <em>same</em> job, after its worker died or lost its lease, takes over at once. What the late
 *       predecessor still returns is its own outcome, which its lost lease keeps from having any effect; the record stays
 *       with the successor.
 *   <li>A run that dies with its process keeps the key from <em>other</em> jobs until its hold runs out, 5 minutes by
 *       default. While it lives, the hold is prolonged.
 *   <li>Keys belong to their job type and tenant, unless {@link #scope} says otherwise.
 *   <li>Jobs without a key pass.
 * </ul>
 *
 * <p>That is not exactly once: a process that dies between effect and record repeats the effect. {@code
 * docs/guarantees.md} lists such windows. A store that does not answer before the run fails the attempt, and the retry
 * policy decides; one that does not answer after it, for 5 seconds, is logged, and the outcome stands.
 *
 * <p>Give it as the last interceptor: those after it run once per effect, those before it once per delivery, and may find a
 * cached result, as an encoded {@link Payload}, in the outcome. Immutable and thread-safe; each method that sets an option
 * returns a new one.
 */
public final class Idempotency implements JobInterceptor {
    private static final Logger log = LoggerFactory.getLogger(Idempotency.class);
    private static final Duration SHORTEST_HOLD = Duration.ofSeconds(1);
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration FIRST_LOOK = Duration.ofMillis(5);
    private static final Duration SLOWEST_LOOK = Duration.ofMillis(200);
    private static final int IDLE_SECONDS = 10;

    private final IdempotencyStore store;
    private final Function<JobContext, String> scope;
    private final Times times;
    private final boolean failsWhileInFlight;
    private final ScheduledExecutorService timer;

    /** How long what takes. */
    private record Times(Duration retention, Duration hold, Duration patience, Duration snooze) {
        Times {
            requireRange("retention", retention, Duration.ofMillis(1), null);
            requireRange("hold", hold, SHORTEST_HOLD, DAY);
            requireRange("wait", patience, Duration.ZERO, DAY);
            requireRange("snooze", snooze, Duration.ZERO, null);
        }

        private static void requireRange(String what, Duration value, Duration min, @Nullable Duration max) {
            if (value.compareTo(min) < 0 || (max != null && value.compareTo(max) > 0)) {
                throw new IllegalArgumentException(what + " must be at least " + DurationText.of(min)
                        + (max == null ? "" : " and at most " + DurationText.of(max)) + ", but is "
                        + DurationText.of(value));
            }
        }
    }

    private Idempotency(
            IdempotencyStore store,
            Function<JobContext, String> scope,
            Times times,
            boolean failsWhileInFlight,
            ScheduledExecutorService timer) {
        this.store = store;
        this.scope = scope;
        this.times = times;
        this.failsWhileInFlight = failsWhileInFlight;
        this.timer = timer;
    }

    /** With a store, and defaults for everything else. */
    public static Idempotency of(IdempotencyStore store) {
        Times times = new Times(Duration.ofHours(24), Duration.ofMinutes(5), Duration.ZERO, Duration.ofSeconds(1));
        return new Idempotency(store, Idempotency::typeAndTenant, times, false, timer());
    }

    /** One thread, there only while runs are in flight. */
    private static ScheduledExecutorService timer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(null, task, "jobq-idempotency", 0, false);
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
        timer.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
        return timer;
    }

    /** A name may be an alias of another, but both may not share keys: what is renamed may run again. */
    private static String typeAndTenant(JobContext job) {
        return Keys.part(job.type()) + Keys.part(job.tenant() == null ? "" : job.tenant());
    }

    /** How long a result is remembered; as long as duplicates may come, since after that the effect is repeated. */
    public Idempotency retention(Duration retention) {
        return with(new Times(retention, times.hold, times.patience, times.snooze), failsWhileInFlight);
    }

    /**
     * How long a run whose process has died keeps the key from other jobs; 1 second to a day. It is prolonged every third of
     * this, so it bounds pauses and outages of the store, not the time that runs may take.
     */
    public Idempotency hold(Duration hold) {
        return with(new Times(times.retention, hold, times.patience, times.snooze), failsWhileInFlight);
    }

    /** Puts off a job that finds another run in flight, without counting an attempt. The default, with 1 second. */
    public Idempotency snoozeWhileInFlight(Duration snooze) {
        return with(new Times(times.retention, times.hold, times.patience, snooze), false);
    }

    /**
     * Has a job that finds another run in flight wait in its slot, up to a day, and only then be snoozed or fail, as is
     * set. It looks 5 times a second or more. An interrupt, be it from cancelling, the time limit or a shutdown, ends it.
     */
    public Idempotency waitWhileInFlight(Duration atMost) {
        return with(new Times(times.retention, times.hold, atMost, times.snooze), failsWhileInFlight);
    }

    /** Fails the attempt of a job that finds another run in flight; the retry policy decides when to try again. */
    public Idempotency failWhileInFlight() {
        return with(times, true);
    }

    /**
     * Which jobs share keys: those for which this gives the same text. By default those of one type, as it was enqueued,
     * and one tenant, so that nobody gets the result of another kind of work or of another's. A constant makes keys global.
     */
    public Idempotency scope(Function<JobContext, String> scope) {
        return new Idempotency(store, job -> Keys.part(scope.apply(job)), times, failsWhileInFlight, timer);
    }

    private Idempotency with(Times changed, boolean fails) {
        return new Idempotency(store, scope, changed, fails, timer);
    }

    @Override
    public Outcome aroundPerform(JobContext job, Callable<Outcome> next) throws Exception {
        String key = job.idempotencyKey();
        if (key == null) {
            return next.call();
        }
        Run run = new Run(job.id(), job.fencingToken());
        Hold hold = new Hold(store, scope.apply(job) + key, run, times.hold, job::isCancelled);
        Begun begun = begin(hold);
        if (begun instanceof Completed completed) {
            return cached(job, key, completed);
        } else if (begun instanceof InFlight other) {
            return putOff(other);
        }
        return perform(job, hold, next);
    }

    private Begun begin(Hold hold) throws InterruptedException {
        long deadline = System.nanoTime() + Durations.nanos(times.patience);
        long pause = FIRST_LOOK.toNanos();
        Begun begun = hold.begin();
        for (long left = Durations.nanos(times.patience); begun instanceof InFlight && left > 0; ) {
            TimeUnit.NANOSECONDS.sleep(Math.min(pause, left));
            begun = hold.begin();
            pause = Math.min(2 * pause, SLOWEST_LOOK.toNanos());
            left = deadline - System.nanoTime();
        }
        return begun;
    }

    private static Outcome cached(JobContext job, String key, Completed completed) {
        log.info(
                "duplicate, cached result: {}, idempotency key '{}', done by job {}",
                job,
                key,
                completed.by().job());
        job.log("duplicate, cached result of job " + completed.by().job());
        return Outcome.succeed(completed.result());
    }

    private Outcome putOff(InFlight other) {
        String reason = "job " + other.by().job() + " is in flight under the same idempotency key";
        return failsWhileInFlight ? Outcome.retry(reason) : Outcome.snooze(times.snooze, reason);
    }

    private Outcome perform(JobContext job, Hold hold, Callable<Outcome> next) throws Exception {
        boolean completed = false;
        try {
            hold.keep(timer);
            Outcome outcome = next.call();
            completed = outcome.kind() == Outcome.Kind.SUCCEED && complete(job, hold, outcome.result());
            return outcome;
        } finally {
            if (!completed) {
                hold.abandon();
            }
        }
    }

    /** False for a result that can't be stored, of which the job is about to die. */
    private boolean complete(JobContext job, Hold hold, @Nullable Object result) {
        Payload encoded;
        try {
            encoded = result == null ? null : job.jobq().encodeResult(result);
        } catch (JobQException unwritable) {
            log.debug("{}: its key stays free", job, unwritable);
            return false;
        }
        hold.complete(encoded, times.retention);
        return true;
    }
}
