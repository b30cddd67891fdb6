package io.jobq;

import org.jspecify.annotations.Nullable;

/**
 * User code for a job type that has something to say in the end: a result to store, or an {@link Outcome}. Otherwise as
 * {@link Handler}.
 *
 * @param <P> the payload
 */
@FunctionalInterface
public interface ResultHandler<P> {
    /**
     * Does the work.
     *
     * @return an {@link Outcome}, which is obeyed; or any other value, which is encoded and stored as the result; or
     *     null for success without result
     */
    @Nullable
    Object handle(P payload, JobContext job) throws Exception;
}
