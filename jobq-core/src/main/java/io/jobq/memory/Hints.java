package io.jobq.memory;

import io.jobq.JobId;
import io.jobq.spi.Signal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What one call has changed, gathered under the lock and delivered after it. */
final class Hints {
    private final Signals signals;
    private final boolean finishedWanted;
    /** Queues where jobs became ready or due first; most calls have none or one. */
    private final Set<QueueLines> woken = new LinkedHashSet<>(2);

    private final Map<String, List<JobId>> finished = new LinkedHashMap<>(2);
    private final Map<String, List<JobId>> cancelRequested = new LinkedHashMap<>(2);
    private final List<String> ready = new ArrayList<>(1);

    Hints(Signals signals) {
        this.signals = signals;
        this.finishedWanted = signals.isWanted(Signal.Kind.FINISHED);
    }

    void becameReady(QueueLines queue) {
        woken.add(queue);
    }

    void dueFirst(QueueLines queue) {
        if (!ready.contains(queue.name)) {
            ready.add(queue.name);
        }
    }

    void finished(Entry entry) {
        if (finishedWanted) {
            finished.computeIfAbsent(entry.queue.name, q -> new ArrayList<>()).add(entry.job.id());
        }
    }

    void cancelRequested(Entry entry) {
        cancelRequested
                .computeIfAbsent(entry.queue.name, q -> new ArrayList<>())
                .add(entry.job.id());
    }

    /** Last step under the lock: jobs that became ready and were claimed in the same call wake nobody. */
    void seal() {
        for (QueueLines queue : woken) {
            if (queue.isWorthAsking()) {
                dueFirst(queue);
            }
        }
    }

    void deliver() {
        for (String queue : ready) {
            signals.deliver(new Signal(Signal.Kind.READY, queue, List.of()));
        }
        finished.forEach((queue, jobs) -> signals.deliver(new Signal(Signal.Kind.FINISHED, queue, List.copyOf(jobs))));
        cancelRequested.forEach(
                (queue, jobs) -> signals.deliver(new Signal(Signal.Kind.CANCEL_REQUESTED, queue, List.copyOf(jobs))));
    }
}
