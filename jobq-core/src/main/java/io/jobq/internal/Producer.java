package io.jobq.internal;

import io.jobq.DuplicateJobException;
import io.jobq.Job;
import io.jobq.JobHandle;
import io.jobq.JobId;
import io.jobq.JobInterceptor;
import io.jobq.JobQException;
import io.jobq.Queue;
import io.jobq.Unique;
import io.jobq.spi.InsertResult;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import io.jobq.spi.Storage;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The first hop: interceptors → encode → storage → handles. */
final class Producer {
    private static final Logger log = LoggerFactory.getLogger(Producer.class);
    private static final int BATCH = 1_000;

    private final Storage storage;
    private final List<JobInterceptor> interceptors;
    private final TypeRegistry types;
    private final JobExecutor.PayloadWriter payloads;
    private final Listeners listeners;
    private final ResultWaiters waiters;

    Producer(
            Engine engine,
            List<JobInterceptor> interceptors,
            JobExecutor.PayloadWriter payloads,
            ResultWaiters waiters) {
        this.storage = engine.storage();
        this.types = engine.types();
        this.listeners = engine.listeners();
        this.interceptors = interceptors;
        this.payloads = payloads;
        this.waiters = waiters;
    }

    List<JobHandle> enqueue(Queue queue, List<Job> jobs) {
        return proceed(queue, jobs, 0);
    }

    private List<JobHandle> proceed(Queue queue, List<Job> jobs, int index) {
        if (index == interceptors.size()) {
            return store(queue.name(), jobs);
        }
        return interceptors.get(index).aroundEnqueue(queue, jobs, passed -> proceed(queue, passed, index + 1));
    }

    private List<JobHandle> store(String queue, List<Job> jobs) {
        List<NewJob> encoded = new ArrayList<>(jobs.size());
        for (Job job : jobs) {
            encoded.add(encode(queue, job));
        }
        List<JobHandle> handles = new ArrayList<>(jobs.size());
        for (int from = 0; from < encoded.size(); from += BATCH) {
            List<NewJob> batch = encoded.subList(from, Math.min(encoded.size(), from + BATCH));
            List<InsertResult> results = storage.jobs().insert(batch);
            for (InsertResult result : results) {
                handles.add(handle(result.id(), result instanceof InsertResult.Duplicate));
                log(queue, result);
            }
        }
        listeners.enqueued(queue, handles);
        requireAccepted(queue, jobs, encoded, handles);
        return handles;
    }

    private static void log(String queue, InsertResult result) {
        if (result instanceof InsertResult.Replaced replaced) {
            log.debug("queue '{}': job {} has replaced {} by its unique key", queue, replaced.id(), replaced.old());
        }
    }

    /** A job that meets its own id is repeated, not rejected. */
    private static void requireAccepted(String queue, List<Job> jobs, List<NewJob> encoded, List<JobHandle> handles) {
        List<String> rejected = new ArrayList<>();
        for (int i = 0; i < jobs.size(); i++) {
            Unique unique = jobs.get(i).unique();
            JobId stored = handles.get(i).id();
            if (unique != null
                    && unique.isRejecting()
                    && !stored.equals(encoded.get(i).id())) {
                rejected.add("one of type '" + jobs.get(i).type() + "' since job " + stored + " holds its unique key");
            }
        }
        if (!rejected.isEmpty()) {
            throw new DuplicateJobException(
                    rejected.size() + " of " + jobs.size() + " jobs for queue '" + queue + "' were rejected: "
                            + String.join(", ", rejected.subList(0, Math.min(3, rejected.size()))),
                    handles);
        }
    }

    JobHandle handle(JobId id, boolean duplicate) {
        return new StoredJobHandle(id, duplicate, storage.admin(), waiters);
    }

    /** A job as it is stored. */
    NewJob encode(String queue, Job job) {
        Objects.requireNonNull(job, "job");
        JobId id = job.id() == null ? JobId.next() : job.id();
        try {
            int version = types.options(job.type()).version();
            Unique unique = job.unique();
            JobOptions options = unique == null ? job.options() : job.options().withUnique(unique.of(job));
            return new NewJob(id, queue, job.type(), payloads.write(job.payload(), version, "payload"), options);
        } catch (JobQException wrong) {
            throw new JobQException(
                    "job of type '" + job.type() + "' for queue '" + queue + "' was not enqueued: "
                            + wrong.getMessage(),
                    wrong);
        }
    }
}
