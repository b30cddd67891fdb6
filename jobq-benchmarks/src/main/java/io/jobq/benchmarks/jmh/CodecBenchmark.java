package io.jobq.benchmarks.jmh;

import io.jobq.JacksonCodec;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What writing and reading a payload of 100 bytes costs. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CodecBenchmark {
    private final JacksonCodec codec = new JacksonCodec();
    private final Mail mail = new Mail("ada@example.org", "Your order has been shipped", 42, true, "n-4711");
    private final byte[] json = codec.encode(mail);

    /**
     * A payload such as applications have.
     *
     * @param to text
     * @param subject text
     * @param order a number
     * @param urgent a flag
     * @param reference text
     */
    public record Mail(String to, String subject, int order, boolean urgent, String reference) {}

    /** Record to JSON. */
    @Benchmark
    public byte[] encode() {
        return codec.encode(mail);
    }

    /** JSON to record. */
    @Benchmark
    public @Nullable Object decode() {
        return codec.decode(json, Mail.class);
    }
}
