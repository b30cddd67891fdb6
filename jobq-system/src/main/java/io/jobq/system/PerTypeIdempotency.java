package io.jobq.system;

import io.jobq.JobContext;
import io.jobq.JobInterceptor;
import io.jobq.Outcome;
import io.jobq.idempotency.Idempotency;
import io.jobq.idempotency.IdempotencyStore;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;

/** {@link Idempotency} for those types that are configured to be idempotent, each with its retention. */
final class PerTypeIdempotency implements JobInterceptor {
    private final Map<String, Idempotency> byType = new HashMap<>();

    PerTypeIdempotency(IdempotencyStore store, Map<String, TypeConfig> types) {
        Idempotency all = Idempotency.of(store);
        types.forEach((name, type) -> {
            if (type.idempotent()) {
                byType.put(name, all.retention(type.idempotencyRetention()));
            }
        });
    }

    @Override
    public Outcome aroundPerform(JobContext job, Callable<Outcome> next) throws Exception {
        Idempotency own = byType.get(job.type());
        return own == null ? next.call() : own.aroundPerform(job, next);
    }
}
