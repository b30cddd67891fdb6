package io.jobq.internal;

import io.jobq.JobContext;
import io.jobq.JobInterceptor;
import io.jobq.Outcome;
import io.jobq.metrics.JobMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.slf4j.helpers.NOPMDCAdapter;

/** The order of everything that stands around a job. */
final class Interceptors {
    private Interceptors() {}

    /** Outermost first: tracing, MDC, metrics, time limit, then the user's own in the order given. */
    static List<JobInterceptor> of(Settings settings, @Nullable JobMetrics metrics, Deadlines deadlines) {
        List<JobInterceptor> all = new ArrayList<>();
        if (!settings.observations().isNoop()) {
            all.add(new Tracing(settings.observations()));
        }
        if (!(MDC.getMDCAdapter() instanceof NOPMDCAdapter)) { // else the logging library keeps none
            all.add(new Mdc());
        }
        if (metrics != null) {
            all.add(metrics);
        }
        all.add(new TimeLimit(deadlines, settings.timeout()));
        all.addAll(settings.extensions().interceptors());
        return List.copyOf(all);
    }

    /** Puts {@code jobq.id}, {@code jobq.type} and {@code jobq.queue} into the logging context. */
    private static final class Mdc implements JobInterceptor {
        @Override
        public Outcome aroundPerform(JobContext job, Callable<Outcome> next) throws Exception {
            MDC.put("jobq.id", job.id().toString());
            MDC.put("jobq.type", job.type());
            MDC.put("jobq.queue", job.queue());
            try {
                return next.call();
            } finally {
                MDC.remove("jobq.id");
                MDC.remove("jobq.type");
                MDC.remove("jobq.queue");
            }
        }
    }

    /** Has the attempt stopped when its time is up: the job's limit, or the type's, or the system's. */
    private record TimeLimit(Deadlines deadlines, Duration ofSystem) implements JobInterceptor {
        @Override
        public Outcome aroundPerform(JobContext job, Callable<Outcome> next) throws Exception {
            Attempt attempt = (Attempt) job;
            deadlines.watch(attempt, limit(attempt));
            try {
                return next.call();
            } finally {
                attempt.liftDeadline();
            }
        }

        private Duration limit(Attempt attempt) {
            Duration own = attempt.options().timeout();
            Duration ofType = attempt.definition().options().timeout();
            return own != null ? own : ofType != null ? ofType : ofSystem;
        }
    }
}
