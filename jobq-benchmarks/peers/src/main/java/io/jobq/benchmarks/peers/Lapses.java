package io.jobq.benchmarks.peers;

import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Times in milliseconds that handlers record. Any thread may add. */
final class Lapses {
    private final Collection<Double> millis = new ConcurrentLinkedQueue<>();

    void add(double lapse) {
        millis.add(lapse);
    }

    /** Waits for this many, and forgets them. */
    void pass(int count, Duration atMost) {
        await(count, atMost);
        millis.clear();
    }

    /** Waits for this many and reports them. */
    void report(int count, Duration atMost, Report report) {
        await(count, atMost);
        report.figure("p50_ms", Quantiles.percentile(millis, 0.5));
        report.figure("p99_ms", Quantiles.percentile(millis, 0.99));
    }

    private void await(int count, Duration atMost) {
        if (!Patience.await(atMost, () -> millis.size() >= count)) {
            throw new UnavailableException(
                    "only " + millis.size() + " of " + count + " jobs ran within " + atMost.toSeconds() + " s");
        }
    }
}
