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
import java.lang.invoke.MethodType;
import java.util.HashSet;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Callers that wait for jobs to end. The storage's signals end the wait at once; a look every second stands in for lost
 * ones. The subscription is made with the first waiter, so that who never waits pays nothing.
 */
final class ResultWaiters implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ResultWaiters.class);

    private final Storage storage;
    private final PayloadCodec codec;
    private final ScheduledExecutorService timer;
    /** Not the common pool, whose threads may all be blocked by callers that wait for results. */
    private final ExecutorService completing = Executors.newCachedThreadPool(Threads.slots("jobq-result-"));

    /** Who waits for each job; a job without waiters is not in here, and is not asked for. */
    private final Map<JobId, Set<Waiter>> waiting = new ConcurrentHashMap<>();

    private final Object listening = new Object();
    private boolean ticking;
    private @Nullable Subscription subscription;

    private volatile boolean closed;

    /** One that waits, and what tells it the end of its job. */
    private static final class Waiter {
        final CompletableFuture<JobSnapshot> end = new CompletableFuture<>();
    }

    ResultWaiters(Storage storage, PayloadCodec codec, ScheduledExecutorService timer) {
        this.storage = storage;
        this.codec = codec;
        this.timer = timer;
    }

    /** Never waits for the storage: its caller may be on a thread that must not block. */
    <R> CompletableFuture<R> await(JobId id, Class<R> type) {
        Waiter waiter = new Waiter();
        join(id, waiter);
        CompletableFuture<R> result = waiter.end.handleAsync((job, failure) -> read(job, failure, type), completing);
        result.whenComplete((value, error) -> leave(id, waiter)); // cancelled and timed-out ones too
        completing.execute(() -> {
            try {
                listen();
                look(id); // after it is on the list, so that an end in between is seen by the one or the other
            } catch (RuntimeException ofTheStorage) {
                log.debug("the storage did not tell of job {}; it is asked again in a second", id, ofTheStorage);
            }
        });
        return result;
    }

    /** Puts a waiter on the list that {@link #close} clears. */
    private synchronized void join(JobId id, Waiter waiter) {
        if (closed) {
            throw new JobQException("this JobQ is closed; wait for the job through another on the same storage");
        }
        if (!ticking) {
            ticking = true;
            timer.scheduleWithFixedDelay(this::lookAtAll, 1, 1, TimeUnit.SECONDS);
        }
        waiting.compute(id, (same, others) -> {
            Set<Waiter> all = others == null ? new HashSet<>() : others;
            all.add(waiter);
            return all;
        });
    }

    private void leave(JobId id, Waiter waiter) {
        waiting.computeIfPresent(id, (same, all) -> all.remove(waiter) && all.isEmpty() ? null : all);
    }

    private void listen() {
        synchronized (listening) { // not the list's lock, since this may wait for the storage
            if (subscription == null && !closed) {
                subscription = storage.jobs().listen(Set.of(Signal.Kind.FINISHED), this::heed);
            }
        }
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
        try {
            listen(); // it may have failed before
        } catch (RuntimeException ofTheStorage) {
            return; // so will all else
        }
        waiting.keySet().forEach(id -> {
            try {
                look(id);
            } catch (RuntimeException ofTheStorage) {
                return; // it will be asked again in a second
            }
        });
    }

    private void look(JobId id) {
        if (!waiting.containsKey(id)) {
            return;
        }
        Optional<JobSnapshot> job = storage.admin().find(id);
        if (job.isEmpty()) {
            JobFailedException gone = new JobFailedException("job " + id
                    + " is not stored: it never was, or it ended and retention has deleted it with its result");
            takeWaiters(id).forEach(each -> each.end.completeExceptionally(gone));
        } else if (job.get().state().isFinal()) {
            takeWaiters(id).forEach(each -> each.end.complete(job.get()));
        }
    }

    private Set<Waiter> takeWaiters(JobId id) {
        Set<Waiter> all = waiting.remove(id);
        return all == null ? Set.of() : all;
    }

    @SuppressWarnings({"NullAway", "unchecked"}) // a future of R may hold null, which Class<R> can't say
    private <R> R read(JobSnapshot job, @Nullable Throwable failure, Class<R> type) {
        if (failure != null) {
            throw new CompletionException(failure);
        }
        if (job.state() != JobState.SUCCEEDED) {
            throw new JobFailedException("job " + job.id() + " of type '" + job.type() + "' is " + job.state() + ": "
                    + job.reason() + lastError(job));
        }
        Payload result = job.result();
        return result == null ? null : (R) boxed(type).cast(codec.decode(result.data(), type));
    }

    /** A primitive's class casts nothing. */
    private static Class<?> boxed(Class<?> type) {
        return MethodType.methodType(type).wrap().returnType();
    }

    private static String lastError(JobSnapshot job) {
        if (job.errors().isEmpty()) {
            return "";
        }
        var last = job.errors().get(job.errors().size() - 1);
        return "; last error: " + last.errorClass() + ": " + last.message();
    }

    @Override
    public void close() {
        endWaits();
        synchronized (listening) {
            if (subscription != null) {
                subscription.close();
            }
        }
        completing.shutdown();
    }

    private synchronized void endWaits() {
        closed = true;
        JobQException closed =
                new JobQException("this JobQ was closed while the job was waited for; the job itself goes on");
        Set.copyOf(waiting.keySet())
                .forEach(id -> takeWaiters(id).forEach(each -> each.end.completeExceptionally(closed)));
    }
}
