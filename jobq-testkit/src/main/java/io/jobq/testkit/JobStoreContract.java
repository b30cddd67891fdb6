package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.JobId;
import io.jobq.JobState;
import io.jobq.limits.Limit;
import io.jobq.limits.Rate;
import io.jobq.spi.Claim;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import io.jobq.spi.Registry.Entry;
import io.jobq.spi.Retention;
import io.jobq.spi.Rule;
import io.jobq.spi.Settlement;
import io.jobq.spi.Signal;
import io.jobq.spi.Signal.Kind;
import io.jobq.spi.Storage;
import io.jobq.spi.StorageException;
import io.jobq.spi.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * What every storage keeps, as tests. A storage's test class extends this one and says how to make an empty storage;
 * one that does not read the clock it is given also overrides {@link StorageFactory#pass} and {@link
 * StorageFactory#now}.
 *
 * <pre>{@code
 * class InMemoryStorageTest extends JobStoreContract {
 *     @Override
 *     public Storage create(Retention retention, ManualClock clock) {
 *         return new InMemoryStorage(retention, clock);
 *     }
 * }
 * }</pre>
 *
 * <p>Where the SPI leaves a choice, the contract leaves it too: the order of jobs that were given back among
 * themselves, of jobs due in the same millisecond, and of running jobs in a list.
 */
public abstract class JobStoreContract extends MomentContract {
    /** For subclasses. */
    protected JobStoreContract() {}

    /** How long hints may take; a storage that delivers them at once answers at once. */
    protected Duration hintPatience() {
        return Duration.ofSeconds(5);
    }

    @Nested
    class Signals {
        private final ConcurrentLinkedQueue<Signal> heard = new ConcurrentLinkedQueue<>();
        private final List<Subscription> subscriptions = new ArrayList<>();

        @AfterEach
        void unsubscribe() {
            subscriptions.forEach(Subscription::close);
        }

        private void listen(Kind kind, Consumer<Signal> hint) {
            subscriptions.add(jobs().listen(Set.of(kind), hint));
        }

        @Test
        void readyJobsAreAnnouncedByQueue() throws InterruptedException {
            listen(Kind.READY, heard::add);
            insert(job(), job(), job("other", JobOptions.DEFAULT));
            awaitHint(Kind.READY, QUEUE);
            awaitHint(Kind.READY, "other");
        }

        @Test
        void aJobDueBeforeAllOthersIsAnnounced() throws InterruptedException {
            insert(job(delayed(Duration.ofMinutes(5))));
            listen(Kind.READY, heard::add);
            insert(job(delayed(Duration.ofMinutes(1))));
            awaitHint(Kind.READY, QUEUE);
        }

        @Test
        void whatWaitsInAQueueThatGoesOnIsAnnounced() throws InterruptedException {
            admin().pause(QUEUE, true);
            insert(1);
            assertThat(claim(1)).isEmpty();
            listen(Kind.READY, heard::add);
            admin().pause(QUEUE, false);
            awaitHint(Kind.READY, QUEUE);
        }

        @Test
        void jobsGivenBackAreAnnounced() throws InterruptedException {
            insert(1);
            Claimed claimed = claimOne();
            listen(Kind.READY, heard::add);
            apply(release(claimed));
            awaitHint(Kind.READY, QUEUE);
        }

        @Test
        void sweptJobsAreAnnounced() throws InterruptedException {
            insert(job(delayed(Duration.ofSeconds(5))));
            listen(Kind.READY, heard::add);
            pass(Duration.ofSeconds(6));
            assertThat(jobs().sweep(10).promoted()).isEqualTo(1);
            awaitHint(Kind.READY, QUEUE);
        }

        @Test
        void roomUnderALimitIsAnnouncedIfSomebodyWaitsForIt() throws InterruptedException {
            for (Rule.Target target : RateContract.TARGETS) {
                reopen(Retention.DEFAULT);
                heard.clear();
                limit(target, Limit.concurrency(1));
                insertLimited(3);
                Claimed first = claimOne();
                assertThat(claim(10)).isEmpty();
                listen(Kind.READY, heard::add);
                apply(succeeded(first));
                awaitHint(Kind.READY, QUEUE);
                assertThat(claim(10)).hasSize(1);
                heard.clear();
                limit(target, Limit.concurrency(2));
                awaitHint(Kind.READY, QUEUE);
                assertThat(claim(10)).hasSize(1);
            }
        }

        @Test
        void sweptSlotsAndRatesAreAnnounced() throws InterruptedException {
            rule(Rule.Target.TYPE, TYPE, Limit.concurrency(1));
            rule(Rule.Target.TYPE, "rare", Limit.rate(Rate.perMinute(6).withBurst(1)));
            insert(jobOfType("rare"), jobOfType("rare"));
            claim(10);
            listen(Kind.READY, heard::add);
            pass(Duration.ofSeconds(11));
            jobs().sweep(10);
            awaitHint(Kind.READY, QUEUE);
            claim(10);
            insert(2);
            claim(10);
            heard.clear();
            pass(LEASE_TIME.plusSeconds(2));
            jobs().sweep(10);
            awaitHint(Kind.READY, QUEUE);
        }

        @Test
        void finishedJobsAreNamed() throws InterruptedException {
            List<JobId> ids = insert(2);
            List<Claimed> both = claim(2);
            listen(Kind.FINISHED, heard::add);
            settle(succeeded(both.get(0)), discard(both.get(1)));
            for (JobId id : ids) {
                awaitJob(Kind.FINISHED, id);
            }
        }

        @Test
        void runningJobsThatShallStopAreNamed() throws InterruptedException {
            JobId running = insert(1).get(0);
            claimOne();
            listen(Kind.CANCEL_REQUESTED, heard::add);
            admin().apply(JobFilter.ALL, new JobAction.Cancel("no"), null, 10);
            awaitJob(Kind.CANCEL_REQUESTED, running);
        }

        @Test
        void onlyTheKindsAskedForAreHeard() throws InterruptedException {
            listen(Kind.FINISHED, heard::add);
            JobId id = settledJob(ContractFixtures::succeeded);
            awaitJob(Kind.FINISHED, id);
            assertThat(heard).allMatch(signal -> signal.kind() == Kind.FINISHED);
        }

        @Test
        void aClosedSubscriptionHearsNoMore() throws InterruptedException {
            ConcurrentLinkedQueue<Signal> closed = new ConcurrentLinkedQueue<>();
            Subscription subscription = jobs().listen(Set.of(Kind.READY), closed::add);
            subscription.close();
            subscription.close();
            listen(Kind.READY, heard::add);
            insert(1);
            awaitHint(Kind.READY, QUEUE);

            assertThat(closed).isEmpty();
        }

        @Test
        void aListenerMayCallTheStorage() throws InterruptedException {
            AtomicInteger seen = new AtomicInteger();
            listen(Kind.READY, signal -> {
                seen.addAndGet(admin().stats().queues().size());
                heard.add(signal);
            });
            insert(1);
            awaitHint(Kind.READY, QUEUE);
            assertThat(seen.get()).isPositive();
        }

        @Test
        void aBrokenListenerHarmsNobody() throws InterruptedException {
            listen(Kind.READY, signal -> {
                throw new IllegalStateException("thrown by a listener of this test");
            });
            listen(Kind.READY, heard::add);
            insert(1);
            awaitHint(Kind.READY, QUEUE);
        }

        private void awaitHint(Kind kind, String queue) throws InterruptedException {
            await(signal -> signal.kind() == kind && signal.queue().equals(queue));
        }

        private void awaitJob(Kind kind, JobId id) throws InterruptedException {
            await(signal -> signal.kind() == kind && signal.jobs().contains(id));
        }

        private void await(Predicate<Signal> wanted) throws InterruptedException {
            long deadline = System.nanoTime() + hintPatience().toNanos();
            while (heard.stream().noneMatch(wanted)) {
                assertThat(System.nanoTime()).as("patience; heard %s", heard).isLessThan(deadline);
                Thread.onSpinWait();
            }
        }
    }

    @Nested
    class HostileNames {
        @Test
        void anyNameWorksAsQueueTypeTenantAndKey() {
            for (String name :
                    List.of("a:b", "a b", "ä€😀", "'; DROP", "*?[x]", "a/b\\c", "q".repeat(200), "-1", "%s")) {
                JobOptions options = unique(name).withTenant(name).withIdempotencyKey(name);
                NewJob job = new NewJob(JobId.next(), name, name, payload("\"" + name + "\""), options);
                insert(job);
                Claimed claimed =
                        jobs().exchange(List.of(), wanting(1, name)).claimed().get(0);

                assertThat(claimed.job().job())
                        .usingRecursiveComparison()
                        .ignoringFields("options.due")
                        .isEqualTo(job);
                apply(discard(claimed));
                assertThat(listAll(JobFilter.ALL.withQueue(name).withType(name), 1))
                        .containsExactly(job.id());
                assertThat(admin().stats().queues()).containsKey(name);
                storage().registry().put(new Entry(name, name, name, 0), 0, null);
                assertThat(storage().registry().list(name)).containsExactly(new Entry(name, name, name, 1));
            }
            assertThat(listAll(JobFilter.ALL, 2)).hasSize(9);
        }
    }

    @Nested
    class ManyThreads {
        private static final int THREADS = 4;
        private static final int JOBS_EACH = 500;
        private final Set<JobId> claimedIds = ConcurrentHashMap.newKeySet();
        private final AtomicInteger settledCount = new AtomicInteger();

        @Test
        void everyJobIsClaimedOnceAndSettledOnce() throws Exception {
            ExecutorService pool = Executors.newFixedThreadPool(2 * THREADS);
            try {
                List<Future<?>> all = new ArrayList<>();
                for (int i = 0; i < THREADS; i++) {
                    all.add(pool.submit(inserting()));
                    all.add(pool.submit(working()));
                }
                for (Future<?> each : all) {
                    finish(each);
                }
            } finally {
                pool.shutdownNow();
            }
            assertThat(claimedIds).hasSize(THREADS * JOBS_EACH);
            assertThat(claim(10)).isEmpty();
            assertThat(listAll(JobFilter.ALL.withStates(JobState.RUNNING), 10)).isEmpty();
        }

        private void finish(Future<?> task) throws InterruptedException {
            try {
                task.get();
            } catch (ExecutionException e) {
                throw new AssertionError("a thread failed", e.getCause());
            }
        }

        private Callable<?> inserting() {
            return () -> {
                for (int i = 0; i < JOBS_EACH / 10; i++) {
                    insert(10);
                }
                return true;
            };
        }

        private Callable<?> working() {
            return () -> {
                List<Settlement> done = List.of();
                while (settledCount.get() < THREADS * JOBS_EACH) {
                    var exchange = jobs().exchange(done, wanting(7, QUEUE));
                    settledCount.addAndGet(done.size());
                    done = new ArrayList<>();
                    for (Claimed claimed : exchange.claimed()) {
                        assertThat(claimedIds.add(claimed.job().id()))
                                .as("claimed once")
                                .isTrue();
                        done.add(succeeded(claimed));
                    }
                }
                return true;
            };
        }
    }

    @Nested
    class Closed {
        @Test
        void everyCallSaysSo() {
            Storage closed = storage();
            closed.close();
            List<ThrowingCallable> calls = List.of(
                    () -> closed.jobs().insert(List.of(job())),
                    () -> closed.jobs().exchange(List.of(), new Claim(WORKER, List.of(), 0, Set.of())),
                    () -> closed.jobs().renew(WORKER, List.of()),
                    () -> closed.jobs().sweep(1),
                    () -> closed.jobs().listen(Set.of(), signal -> {}),
                    () -> closed.admin().find(JobId.next()),
                    () -> closed.admin().list(JobFilter.ALL, null, 1),
                    () -> closed.admin().apply(JobFilter.ALL, new JobAction.Delete(), null, 1),
                    () -> closed.admin().stats(),
                    () -> closed.admin().rules(QUEUE),
                    () -> closed.admin().rule(QUEUE, Rule.Target.QUEUE, ""),
                    () -> closed.admin().rule(QUEUE, new Rule(Rule.Target.QUEUE, "", Limit.PAUSED, 0, null)),
                    () -> closed.registry().list("worker"),
                    () -> closed.registry().remove("worker", "a"),
                    () -> closed.registry().put(new Entry("worker", "a", "{}", 0), -1, null));
            for (ThrowingCallable call : calls) {
                assertThatThrownBy(call).isInstanceOf(StorageException.class).hasMessageContaining("is closed");
            }
        }

        @Test
        void closingTwiceDoesNothing() {
            storage().close();
            storage().close();
        }
    }
}
