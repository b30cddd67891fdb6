package io.jobq;

import java.util.Collection;
import java.util.List;

/**
 * A handle on a named queue. Cheap, and it makes nothing: a queue exists as soon as a job waits in it.
 *
 * <p>Once an enqueue returns, the job is stored. If one throws {@link io.jobq.spi.StorageException}, it is unknown
 * whether the job was stored; repeat it with the same {@link Job#id(JobId) id} and there will still be one job.
 */
public interface Queue {
    /** Its name. */
    String name();

    /**
     * Stores a job.
     *
     * @throws JobQException if the payload can't be encoded or is over the size limit, or the system is closed
     * @throws io.jobq.spi.StorageException if the storage does not answer
     */
    JobHandle enqueue(Job job);

    /** Stores a job of a type with a payload and no options; throws as {@link #enqueue(Job)}. */
    default JobHandle enqueue(String type, Object payload) {
        return enqueue(Job.of(type, payload));
    }

    /** Stores a job of a typed constant; throws as {@link #enqueue(Job)}. */
    default <P> JobHandle enqueue(JobType<P> type, P payload) {
        return enqueue(Job.of(type, payload));
    }

    /**
     * Stores many jobs in few round trips, in order. Not atomic: if it throws, some of the first may be stored.
     *
     * @return one handle per job, in order, unless an interceptor adds or drops jobs
     * @throws JobQException as {@link #enqueue(Job)}; every payload is encoded before the first job is stored
     */
    List<JobHandle> enqueueAll(Collection<Job> jobs);
}
