package io.jobq.internal;

import io.jobq.JobFailedException;
import io.jobq.JobId;
import io.jobq.JobQException;
import io.jobq.JobSnapshot;
import io.jobq.JobState;
import io.jobq.PayloadCodec;
import io.jobq.spi.Payload;
import io.jobq.spi.Signal;
import io.jobq.spi.Storage;
import io.jobq.spi.Subscription;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Callers that wait for jobs to end. The storage's signals end the wait at once; a look every second stands in for lost
 * ones. The subscription is made with the first waiter, so that who never waits pays nothing.
 */
final class ResultWaiters implements AutoCloseable {
    private final Storage storage;
    private final PayloadCodec codec;
    private final ScheduledExecutorService timer;
    /** Not the common pool, whose threads may all be blocked by callers that wait for results. */
    private final ExecutorService completing = Executors.newCachedThreadPool(Threads.slots("jobq-result-"));

    private final Map<JobId, CompletableFuture<JobSnapshot>> waiting = new ConcurrentHashMap<>();
    private @Nullable Subscription subscription;

    private boolean closed;

    ResultWaiters(Storage storage, PayloadCodec codec, ScheduledExecutorService timer) {
        this.storage = storage;
        this.codec = codec;
        this.timer = timer;
    }

    <R> CompletableFuture<R> await(JobId id, Class<R> type) {
        CompletableFuture<JobSnapshot> end = subscribe(id);
        CompletableFuture<R> result = end.handleAsync((job, failure) -> read(job, failure, type), completing);
        result.whenComplete((value, error) -> {
            if (result.isCancelled() && end.getNumberOfDependents() == 0) {
                waiting.remove(id, end);
            }
        });
        look(id); // after it is on the list, so that an end in between is seen by the one or the other
        return result;
    }

    /** Puts a waiter on the list that {@link #close} clears. */
    private synchronized CompletableFuture<JobSnapshot> subscribe(JobId id) {
        if (closed) {
            throw new JobQException("this JobQ is closed; wait for the job through another on the same storage");
        }
        if (subscription == null) {
            subscription = storage.jobs().listen(Set.of(Signal.Kind.FINISHED), this::heed);
            timer.scheduleWithFixedDelay(this::lookAtAll, 1, 1, TimeUnit.SECONDS);
        }
        return waiting.computeIfAbsent(id, absent -> new CompletableFuture<>());
    }

    /** Looks on a thread of our own, since signals come on one of the storage's. */
    private void heed(Signal signal) {
        for (JobId id : signal.jobs()) {
            if (waiting.containsKey(id) && !timer.isShutdown()) {
                timer.execute(() -> look(id));
            }
        }
    }

    private void lookAtAll() {
        waiting.keySet().forEach(id -> {
            try {
                look(id);
            } catch (RuntimeException ofTheStorage) {
                return; // it will be asked again in a second
            }
        });
    }

    private void look(JobId id) {
        CompletableFuture<JobSnapshot> end = waiting.get(id);
        if (end == null) {
            return;
        }
        Optional<JobSnapshot> job = storage.admin().find(id);
        if (job.isEmpty()) {
            waiting.remove(id, end);
            end.completeExceptionally(new JobFailedException("job " + id
                    + " is not stored: it never was, or it ended and retention has deleted it with its result"));
        } else if (job.get().state().isFinal()) {
            waiting.remove(id, end);
            end.complete(job.get());
        }
    }

    @SuppressWarnings("NullAway") // a future of R may hold null, which Class<R> can't say
    private <R> R read(JobSnapshot job, @Nullable Throwable failure, Class<R> type) {
        if (failure != null) {
            throw new CompletionException(failure);
        }
        if (job.state() != JobState.SUCCEEDED) {
            throw new JobFailedException("job " + job.id() + " of type '" + job.type() + "' is " + job.state() + ": "
                    + job.reason() + lastError(job));
        }
        Payload result = job.result();
        return result == null ? null : type.cast(codec.decode(result.data(), type));
    }

    private static String lastError(JobSnapshot job) {
        if (job.errors().isEmpty()) {
            return "";
        }
        var last = job.errors().get(job.errors().size() - 1);
        return "; last error: " + last.errorClass() + ": " + last.message();
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (subscription != null) {
            subscription.close();
        }
        JobQException closed =
                new JobQException("this JobQ was closed while the job was waited for; the job itself goes on");
        waiting.values().forEach(end -> end.completeExceptionally(closed));
        waiting.clear();
        completing.shutdown();
    }
}
