package io.jobq.resilience;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.jobq.JobContext;
import io.jobq.JobInterceptor;
import io.jobq.Outcome;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * A circuit breaker per job type. While it is open, jobs of the type are put off without an attempt being made or
 * counted, so that a service that is down neither is hammered nor uses up everyone's retries. Breakers are of this
 * process; each worker finds out for itself.
 */
public final class CircuitBreakerInterceptor implements JobInterceptor {
    private final CircuitBreakerRegistry breakers;
    private final Duration pause;

    /**
     * Breakers that open and close as resilience4j's configuration says.
     *
     * @param config when to open
     * @param pause how long a job is put off while the breaker of its type is open
     */
    public CircuitBreakerInterceptor(CircuitBreakerConfig config, Duration pause) {
        this(CircuitBreakerRegistry.of(config), pause);
    }

    /** With breakers of your own, named by job type, so that they can be watched and tuned. */
    public CircuitBreakerInterceptor(CircuitBreakerRegistry breakers, Duration pause) {
        this.breakers = breakers;
        this.pause = pause;
    }

    @Override
    public Outcome aroundPerform(JobContext job, Callable<Outcome> next) throws Exception {
        CircuitBreaker breaker = breakers.circuitBreaker(job.type());
        if (!breaker.tryAcquirePermission()) {
            return Outcome.snooze(pause, "circuit breaker of type '" + job.type() + "' is " + breaker.getState());
        }
        long start = System.nanoTime();
        try {
            Outcome outcome = next.call();
            breaker.onSuccess(System.nanoTime() - start, TimeUnit.NANOSECONDS);
            return outcome;
        } catch (Throwable thrown) {
            breaker.onError(System.nanoTime() - start, TimeUnit.NANOSECONDS, thrown);
            throw thrown;
        }
    }
}
