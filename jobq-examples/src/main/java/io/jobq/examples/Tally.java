package io.jobq.examples;

import io.jobq.JobContext;
import io.jobq.JobEnd;
import io.jobq.JobListener;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;

/** Counts how attempts end, and how long they run. For many threads. */
final class Tally implements JobListener {
    private final LongAdder ended = new LongAdder();
    private final LongAdder retried = new LongAdder();
    private final Queue<Duration> runs = new ConcurrentLinkedQueue<>();

    @Override
    public void onEnd(JobContext job, JobEnd end) {
        runs.add(end.ran());
        switch (end.kind()) {
            case RETRIED -> retried.increment();
            case SUCCEEDED, DEAD, CANCELLED -> ended.increment();
            case SNOOZED, RELEASED -> {}
        }
    }

    /** How many jobs have reached their end. */
    long ended() {
        return ended.sum();
    }

    /** How many attempts failed and were to be repeated. */
    long retried() {
        return retried.sum();
    }

    /** The run time, in milliseconds, that this share of the attempts did not exceed; 0 if there were none. */
    double percentile(double share) {
        long[] sorted = runs.stream().mapToLong(Duration::toNanos).sorted().toArray();
        int index = (int) Math.ceil(share * sorted.length) - 1;
        return sorted.length == 0 ? 0 : sorted[Math.max(0, index)] / 1e6;
    }
}
