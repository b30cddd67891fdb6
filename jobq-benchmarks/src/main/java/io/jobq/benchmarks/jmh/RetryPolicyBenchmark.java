package io.jobq.benchmarks.jmh;

import io.jobq.Outcome;
import io.jobq.RetryPolicy;
import java.io.IOException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What deciding about a failed attempt costs. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RetryPolicyBenchmark {
    private final RetryPolicy plain = RetryPolicy.DEFAULT;
    private final RetryPolicy rules =
            RetryPolicy.DEFAULT.retryOn(IOException.class).discardOn(IllegalStateException.class);
    private final IOException error = new IOException("connection reset");
    private int attempt;

    /** The default policy: exponential with jitter. */
    @Benchmark
    public Outcome decide() {
        return plain.decide(nextAttempt(), 10, error, ThreadLocalRandom.current());
    }

    /** With rules on error classes. */
    @Benchmark
    public Outcome decideByRules() {
        return rules.decide(nextAttempt(), 10, error, ThreadLocalRandom.current());
    }

    private int nextAttempt() {
        attempt = attempt % 9 + 1;
        return attempt;
    }
}
