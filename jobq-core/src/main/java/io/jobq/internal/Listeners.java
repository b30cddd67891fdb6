package io.jobq.internal;

import io.jobq.JobContext;
import io.jobq.JobEnd;
import io.jobq.JobHandle;
import io.jobq.JobListener;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All listeners as one that never throws. */
final class Listeners {
    private static final Logger log = LoggerFactory.getLogger(Listeners.class);
    private final List<JobListener> listeners;

    Listeners(List<JobListener> listeners) {
        this.listeners = listeners;
    }

    void enqueued(String queue, List<JobHandle> jobs) {
        tell("onEnqueue", listener -> listener.onEnqueue(queue, jobs));
    }

    void started(JobContext job) {
        tell("onStart", listener -> listener.onStart(job));
    }

    void ended(JobContext job, JobEnd end) {
        tell("onEnd", listener -> listener.onEnd(job, end));
    }

    void lost(JobContext job) {
        tell("onLost", listener -> listener.onLost(job));
    }

    private void tell(String what, Consumer<JobListener> call) {
        for (JobListener listener : listeners) {
            try {
                call.accept(listener);
            } catch (Throwable ofTheUser) { // an Error in a listener must not cost a job either
                log.warn("{}.{} threw; the job goes on", listener.getClass().getName(), what, ofTheUser);
            }
        }
    }
}
