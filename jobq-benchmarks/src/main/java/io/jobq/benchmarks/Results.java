package io.jobq.benchmarks;

import io.jobq.JacksonCodec;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.AbstractHistogram;

/** Prints result lines: one JSON object each, with the options that led to it. */
public final class Results {
    private static final JacksonCodec JSON = new JacksonCodec();

    private final PrintStream out;
    private final String mode;
    private final Options options;
    private boolean failed;

    Results(PrintStream out, String mode, Options options) {
        this.out = out;
        this.mode = mode;
        this.options = options;
    }

    /** Says that what was checked does not hold; the exit code will tell. */
    public void fail() {
        failed = true;
    }

    boolean hasFailed() {
        return failed;
    }

    /** A rate, with the processor time that it took. */
    void jobsPerSecond(long jobs, Stopwatch time, Map<String, ?> extra) {
        Map<String, Object> more = new LinkedHashMap<>(extra);
        more.put("cpu_us_per_job", plain(time.cpuNanos() / 1e3 / jobs));
        print("jobs_per_second", jobs * 1e9 / Math.max(1, time.nanos()), "jobs/s", more);
    }

    /** Percentiles of a histogram of microseconds. */
    void percentiles(AbstractHistogram micros) {
        Map<String, ?> extra = Map.of("samples", micros.getTotalCount());
        print("p50_ms", micros.getValueAtPercentile(50) / 1e3, "ms", extra);
        print("p95_ms", micros.getValueAtPercentile(95) / 1e3, "ms", extra);
        print("p99_ms", micros.getValueAtPercentile(99) / 1e3, "ms", extra);
        print("max_ms", micros.getMaxValue() / 1e3, "ms", extra);
    }

    /** One line. Values in {@code extra} go before the option of the same name. */
    public void print(String metric, double value, String unit, Map<String, ?> extra) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("mode", mode);
        line.put("metric", metric);
        line.put("value", plain(value));
        line.put("unit", unit);
        line.putAll(extra);
        for (String name : options.names()) {
            line.putIfAbsent(name, typed(options.text(name)));
        }
        line.put("java", Runtime.version().feature());
        out.println(new String(JSON.encode(line), StandardCharsets.UTF_8));
    }

    /** Three decimals, and never an exponent. */
    private static BigDecimal plain(double value) {
        return BigDecimal.valueOf(value).setScale(3, RoundingMode.HALF_UP);
    }

    private static Object typed(String text) {
        return text.matches("-?\\d{1,18}") ? (Object) Long.valueOf(text) : text;
    }
}
