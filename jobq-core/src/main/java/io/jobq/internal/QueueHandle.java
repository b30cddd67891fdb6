package io.jobq.internal;

import io.jobq.Job;
import io.jobq.JobHandle;
import io.jobq.Queue;
import java.util.Collection;
import java.util.List;

/** A queue by name. */
record QueueHandle(String name, Engine engine) implements Queue {
    @Override
    public JobHandle enqueue(Job job) {
        List<JobHandle> handles = enqueueAll(List.of(job));
        if (handles.size() != 1) {
            throw new io.jobq.JobQException("an interceptor made " + handles.size() + " jobs of this one: " + job);
        }
        return handles.get(0);
    }

    @Override
    public List<JobHandle> enqueueAll(Collection<Job> jobs) {
        return engine.enqueue(this, List.copyOf(jobs));
    }

    @Override
    public String toString() {
        return "Queue[" + name + "]";
    }
}
