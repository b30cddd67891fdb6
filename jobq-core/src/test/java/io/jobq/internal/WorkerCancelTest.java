package io.jobq.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.Job;
import io.jobq.JobContext;
import io.jobq.JobHandle;
import io.jobq.JobQ;
import io.jobq.JobState;
import io.jobq.WorkerOptions;
import io.jobq.memory.InMemoryStorage;
import io.jobq.spi.Claim;
import io.jobq.spi.Exchange;
import io.jobq.spi.InsertResult;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobAdmin;
import io.jobq.spi.JobFilter;
import io.jobq.spi.JobStore;
import io.jobq.spi.NewJob;
import io.jobq.spi.Registry;
import io.jobq.spi.RenewResult;
import io.jobq.spi.Report;
import io.jobq.spi.Settlement;
import io.jobq.spi.Signal;
import io.jobq.spi.Storage;
import io.jobq.spi.StorageException;
import io.jobq.spi.Subscription;
import io.jobq.spi.SweepResult;
import io.jobq.spi.WorkerLease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Cancels that come at a bad moment or not at all. All on one thread, and ticks by hand: two of them are at most a second
 * apart, and leases are so long that none is due.
 */
class WorkerCancelTest {
    private final InMemoryStorage storage = new InMemoryStorage();
    private final JobQ jobq = JobQ.builder()
            .storage(new Between())
            .handle("work", Void.class, (nothing, job) -> run(job))
            .worker(WorkerOptions.DEFAULT.withLeaseTime(Duration.ofHours(1)))
            .build();
    private final WorkerRuntime worker = (WorkerRuntime) jobq.workers().get(0);

    private Runnable beforeTheAnswer = () -> {};
    private Consumer<JobContext> handler = job -> {};
    private Consumer<Signal> hint = signal -> {};
    private final List<AssertionError> broken = new ArrayList<>();
    private boolean deaf;
    private int failing;
    private int renewed;

    /** A storage behind which something may happen after a claim and before its answer, and whose signals may get lost. */
    private final class Between implements Storage {
        private final JobStore jobs = new BetweenJobs(storage.jobs());

        @Override
        public JobStore jobs() {
            return jobs;
        }

        @Override
        public JobAdmin admin() {
            return storage.admin();
        }

        @Override
        public Registry registry() {
            return storage.registry();
        }

        @Override
        public void close() {
            storage.close();
        }
    }

    private final class BetweenJobs implements JobStore {
        private final JobStore sound;

        BetweenJobs(JobStore sound) {
            this.sound = sound;
        }

        @Override
        public Exchange exchange(List<Settlement> done, Claim want) {
            Exchange answer = sound.exchange(done, want);
            if (!answer.claimed().isEmpty()) {
                beforeTheAnswer.run();
            }
            return answer;
        }

        @Override
        public List<RenewResult> renew(WorkerLease worker, List<Report> held) {
            renewed += held.size();
            if (failing-- > 0) {
                throw new StorageException("lost on purpose");
            }
            return sound.renew(worker, held);
        }

        @Override
        public Subscription listen(Set<Signal.Kind> kinds, Consumer<Signal> listener) {
            hint = listener;
            return sound.listen(kinds, signal -> {
                if (!deaf) {
                    listener.accept(signal);
                }
            });
        }

        @Override
        public List<InsertResult> insert(List<NewJob> jobs) {
            return sound.insert(jobs);
        }

        @Override
        public SweepResult sweep(int limit) {
            return sound.sweep(limit);
        }
    }

    @BeforeEach
    void listen() {
        worker.listen();
        worker.tick(); // the first one renews everything
    }

    @AfterEach
    void close() {
        jobq.close();
        assertThat(broken).isEmpty();
    }

    private void run(JobContext job) throws InterruptedException {
        try {
            handler.accept(job);
        } catch (AssertionError failed) {
            broken.add(failed); // the executor would take it for the end of an attempt
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    private void resume() {
        hint.accept(new Signal(Signal.Kind.RESUMED, "", List.of()));
    }

    private void assertState(JobHandle handle, JobState state) {
        assertThat(handle.find().orElseThrow().state()).isEqualTo(state);
    }

    @Test
    void oneThatIsHeardBeforeTheJobItselfIsObeyedAtTheNextTick() {
        JobHandle handle = jobq.enqueue(Job.of("work"));
        beforeTheAnswer = handle::cancel;
        handler = job -> {
            assertThat(job.isCancelled()).isFalse();
            worker.tick();
            assertThat(job.isCancelled()).isTrue();
        };
        worker.runPending();
        assertState(handle, JobState.CANCELLED);
        assertThat(renewed).isEqualTo(1);
    }

    @Test
    void andAtTheTickAfterThatIfTheStorageDoesNotAnswer() {
        JobHandle handle = jobq.enqueue(Job.of("work"));
        beforeTheAnswer = handle::cancel;
        failing = 1;
        handler = job -> {
            worker.tick();
            assertThat(job.isCancelled()).isFalse();
            worker.tick();
            assertThat(job.isCancelled()).isTrue();
        };
        worker.runPending();
        assertState(handle, JobState.CANCELLED);
    }

    @Test
    void oneThatWasForAnEarlierAttemptStopsNoLaterOne() {
        JobHandle handle = jobq.enqueue(Job.of("work"));
        handler = job -> handle.cancel();
        worker.runPending();
        assertState(handle, JobState.CANCELLED);
        storage.admin().apply(JobFilter.ALL, new JobAction.Replay(null), null, 1);
        handler = job -> {
            worker.tick();
            assertThat(job.isCancelled()).isFalse();
        };
        worker.runPending();
        assertState(handle, JobState.SUCCEEDED);
    }

    @Test
    void oneThatWasLostIsMadeUpForWhenSignalsResume() {
        JobHandle handle = jobq.enqueue(Job.of("work"));
        deaf = true;
        handler = job -> {
            handle.cancel();
            worker.tick();
            assertThat(job.isCancelled()).isFalse();
            resume();
            worker.tick();
            assertThat(job.isCancelled()).isTrue();
        };
        worker.runPending();
        assertState(handle, JobState.CANCELLED);
    }

    @Test
    void soIsOneWhoseJobComesWhenTheyHaveResumed() {
        JobHandle handle = jobq.enqueue(Job.of("work"));
        deaf = true;
        beforeTheAnswer = () -> {
            handle.cancel();
            resume();
            worker.tick();
        };
        handler = job -> {
            worker.tick();
            assertThat(job.isCancelled()).isTrue();
        };
        worker.runPending();
        assertState(handle, JobState.CANCELLED);
    }

    @Test
    void jobsThatNobodyCancelsCostNoRenewal() {
        JobHandle cancelled = jobq.enqueue(Job.of("work"));
        handler = job -> cancelled.cancel();
        worker.runPending();
        resume();
        worker.tick();
        worker.tick(); // nothing is held
        jobq.queue("default").enqueueAll(Collections.nCopies(50, Job.of("work")));
        handler = job -> worker.tick();
        assertThat(worker.runPending()).isEqualTo(50);
        assertThat(renewed).isZero();
    }
}
