package io.jobq;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;

/**
 * Code around every enqueue and every attempt. Interceptors given to {@code JobQ.builder()} run in the order given,
 * outermost first, inside the built-in ones; {@code docs/architecture.md} lists the order. One instance serves all
 * threads.
 */
public interface JobInterceptor {
    /**
     * Around an enqueue of one or many jobs to a queue. May change, add or drop jobs, or throw, which the producer sees.
     *
     * @param queue where to
     * @param jobs what to enqueue
     * @param next the rest: call it at most once with the jobs to go on with
     * @return one handle per job that was passed on
     */
    default List<JobHandle> aroundEnqueue(Queue queue, List<Job> jobs, Function<List<Job>, List<JobHandle>> next) {
        return next.apply(jobs);
    }

    /**
     * Around an attempt, on the thread that runs it. May replace the outcome, or keep the handler from running.
     *
     * @param job the attempt
     * @param next the rest, down to the handler: call it at most once; it throws what the handler throws
     * @return the outcome to settle with
     */
    default Outcome aroundPerform(JobContext job, Callable<Outcome> next) throws Exception {
        return next.call();
    }
}
