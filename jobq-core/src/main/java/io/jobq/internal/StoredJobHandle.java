package io.jobq.internal;

import io.jobq.JobHandle;
import io.jobq.JobId;
import io.jobq.JobSnapshot;
import io.jobq.JobState;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobAdmin;
import io.jobq.spi.JobFilter;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A job by id. */
final class StoredJobHandle implements JobHandle {
    private final JobId id;
    private final boolean duplicate;
    private final JobAdmin admin;
    private final ResultWaiters waiters;

    StoredJobHandle(JobId id, boolean duplicate, JobAdmin admin, ResultWaiters waiters) {
        this.id = id;
        this.duplicate = duplicate;
        this.admin = admin;
        this.waiters = waiters;
    }

    @Override
    public JobId id() {
        return id;
    }

    @Override
    public boolean isDuplicate() {
        return duplicate;
    }

    @Override
    public Optional<JobSnapshot> find() {
        return admin.find(id);
    }

    @Override
    public <R> CompletableFuture<R> result(Class<R> type) {
        return waiters.await(id, type);
    }

    @Override
    public boolean await(Duration atMost) throws InterruptedException {
        if (hasEnded()) {
            return true;
        }
        CompletableFuture<Object> end = result(Object.class);
        try {
            end.get(Math.max(0, TimeUnit.NANOSECONDS.convert(atMost)), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException timeIsUp) {
            return false;
        } catch (ExecutionException badEnd) {
            return hasEnded();
        } finally {
            end.cancel(false); // or it would be waited for on
        }
    }

    private boolean hasEnded() {
        return state().map(JobState::isFinal).orElse(true);
    }

    @Override
    public boolean cancel() {
        JobFilter only = JobFilter.ALL.withIds(Set.of(id));
        return admin.apply(only, new JobAction.Cancel("cancelled by its producer"), null, 1)
                        .count()
                > 0;
    }

    @Override
    public String toString() {
        return "JobHandle[" + id + (duplicate ? ", duplicate" : "") + "]";
    }
}
