package io.jobq.internal;

import io.jobq.JobSnapshot;
import io.jobq.QueueOptions;
import io.jobq.RetryPolicy;
import io.jobq.TypeOptions;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the retry policy of a job, and says once of each name that it is not known here. Thread-safe. */
final class RetryPolicies {
    private static final Logger log = LoggerFactory.getLogger(RetryPolicies.class);
    /** So many names are remembered, so that made-up ones take no memory. */
    private static final int MOST = 1_000;

    private final Settings.Retries retries;
    private final Set<String> unknown = ConcurrentHashMap.newKeySet();

    RetryPolicies(Settings.Retries retries) {
        this.retries = retries;
    }

    /** The nearest policy: the job's, its type's, its queue's, the system's. */
    RetryPolicy nearest(JobSnapshot job, TypeOptions type) {
        RetryPolicy nearest = named(job);
        if (nearest == null) {
            nearest = type.retry();
        }
        if (nearest == null) {
            nearest = retries.queues()
                    .getOrDefault(job.queue(), QueueOptions.DEFAULT)
                    .retry();
        }
        return nearest != null ? nearest : retries.system();
    }

    private @Nullable RetryPolicy named(JobSnapshot job) {
        String name = job.job().options().retryPolicy();
        if (name == null) {
            return null;
        }
        RetryPolicy policy = retries.named().get(name);
        if (policy == null && unknown.size() < MOST && unknown.add(name)) {
            log.warn(
                    "job {} of type '{}' names the retry policy '{}', which this system does not have, so that of its type,"
                            + " queue or system counts; policies here: {}",
                    job.id(),
                    job.type(),
                    name,
                    new TreeSet<>(retries.named().keySet()));
        }
        return policy;
    }
}
