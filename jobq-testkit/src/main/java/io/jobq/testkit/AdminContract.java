package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.JobId;
import io.jobq.JobSnapshot;
import io.jobq.JobState;
import io.jobq.Priority;
import io.jobq.spi.Applied;
import io.jobq.spi.Due;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import io.jobq.spi.JobOptions;
import io.jobq.spi.Page;
import io.jobq.spi.Settlement;
import io.jobq.spi.StorageStats.QueueStats;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Looking and acting from outside. */
abstract class AdminContract extends SettlementContract {
    private static final JobAction REPLAY = new JobAction.Replay(null);
    private static final JobAction DELETE = new JobAction.Delete();
    private static final JobAction CANCEL = new JobAction.Cancel("no longer wanted");

    @Nested
    class Listing {
        @Test
        void readyJobsAreListedAsTheyWillBeClaimed() {
            JobId normal = insert(1).get(0);
            JobId high = insert(job(priority(Priority.HIGH))).get(0);
            JobId second = insert(1).get(0);
            JobFilter ready = JobFilter.ALL.withQueue(QUEUE).withStates(JobState.READY);

            assertThat(listAll(ready, 2)).containsExactly(high, normal, second);
            assertThat(ids(claim(3))).containsExactly(high, normal, second);
        }

        @Test
        void scheduledJobsAreListedByDueTime() {
            JobId late = insert(job(delayed(Duration.ofMinutes(2)))).get(0);
            JobId soon = insert(job(delayed(Duration.ofMinutes(1)))).get(0);

            assertThat(listAll(JobFilter.ALL.withStates(JobState.SCHEDULED), 1)).containsExactly(soon, late);
        }

        @Test
        void finishedJobsAreListedByWhenTheyFinished() {
            List<JobId> ids = dead(5);

            assertThat(listAll(JobFilter.ALL.withStates(JobState.DEAD), 2)).isEqualTo(ids);
        }

        @Test
        void everyStateAndQueueIsPagedThroughOnce() {
            Set<JobId> all = someOfEverything();
            for (int pageSize : new int[] {1, 3, 100}) {
                assertThat(listAll(JobFilter.ALL, pageSize)).containsExactlyInAnyOrderElementsOf(all);
            }
        }

        @Test
        void filtersByStateQueueAndType() {
            someOfEverything();
            JobId odd = insert(jobOfType("odd")).get(0);

            assertThat(listAll(JobFilter.ALL.withType("odd"), 10)).containsExactly(odd);
            assertThat(listAll(JobFilter.ALL.withQueue("b:1"), 10)).hasSize(3);
            assertThat(listAll(JobFilter.ALL.withQueue("b:1").withStates(JobState.READY), 10))
                    .hasSize(2);
            assertThat(listAll(JobFilter.ALL.withStates(JobState.DEAD, JobState.CANCELLED), 10))
                    .hasSize(3);
            assertThat(listAll(JobFilter.ALL.withQueue("nothing"), 10)).isEmpty();
        }

        @Test
        void filtersByTheClassOfTheLastError() {
            JobId io = settledJob(c -> retry(c, Duration.ofMinutes(1)));
            JobId state = settledJob(c -> discard(c));

            assertThat(listAll(JobFilter.ALL.withErrorClass("java.io.IOException"), 10))
                    .containsExactly(io);
            assertThat(listAll(JobFilter.ALL.withErrorClass("java.lang.IllegalStateException"), 10))
                    .containsExactly(state);
            assertThat(listAll(JobFilter.ALL.withErrorClass("java.io"), 10)).isEmpty();
        }

        @Test
        void filtersByWhenJobsFinished() {
            JobId first = settledJob(c -> discard(c));
            pass(Duration.ofSeconds(10));
            Instant between = now(clock).minusSeconds(5);
            JobId second = settledJob(c -> succeeded(c));
            insert(1);

            assertThat(listAll(JobFilter.ALL.withFinished(null, between), 10)).containsExactly(first);
            assertThat(listAll(JobFilter.ALL.withFinished(between, null), 10)).containsExactly(second);
            assertThat(listAll(JobFilter.ALL.withFinished(between, between), 10))
                    .isEmpty();
        }

        @Test
        void filtersByTenantPriorityAndLimitKeyInAnyState() {
            JobOptions options = priority(Priority.HIGH).withTenant("a\"b").withLimitKey("k");
            JobId running = insert(job(options)).get(0);
            claimOne();
            JobId ready = insert(job(options)).get(0);
            JobId later = insert(job(options.withDue(new Due.In(Duration.ofHours(1)))))
                    .get(0);
            JobId urgent = insert(job(options.withPriority(Priority.CRITICAL))).get(0);
            JobId others = insert(job(options.withTenant("b"))).get(0);
            JobId keyless =
                    insert(job(priority(Priority.HIGH).withTenant("a\"b"))).get(0);
            insert(1);

            assertThat(listAll(JobFilter.ALL.withTenant("a\"b"), 2))
                    .containsExactlyInAnyOrder(running, ready, later, urgent, keyless);
            assertThat(listAll(JobFilter.ALL.withPriority(Priority.HIGH), 2))
                    .containsExactlyInAnyOrder(running, ready, later, others, keyless);
            assertThat(listAll(JobFilter.ALL.withLimitKey("k"), 2))
                    .containsExactlyInAnyOrder(running, ready, later, urgent, others);
            assertThat(listAll(JobFilter.ALL.withTenant("a"), 2)).isEmpty();
        }

        @Test
        void aJobIsFoundUnderThePriorityThatItWasGiven() {
            JobId id = insert(1).get(0);
            applyAll(JobFilter.ALL, new JobAction.ChangePriority(Priority.LOW));

            assertThat(listAll(JobFilter.ALL.withPriority(Priority.LOW), 2)).containsExactly(id);
            assertThat(listAll(JobFilter.ALL.withPriority(Priority.NORMAL), 2)).isEmpty();
        }

        @Test
        void filtersByWhenJobsWereEnqueued() {
            JobId first = insert(1).get(0);
            pass(Duration.ofSeconds(10));
            Instant between = now(clock).minusSeconds(5);
            JobId second = insert(job(delayed(Duration.ofMinutes(1)))).get(0);

            assertThat(listAll(JobFilter.ALL.withEnqueued(null, between), 10)).containsExactly(first);
            assertThat(listAll(JobFilter.ALL.withEnqueued(between, null), 10)).containsExactly(second);
            assertThat(listAll(JobFilter.ALL.withEnqueued(find(second).times().enqueued(), null), 10))
                    .containsExactly(second);
            assertThat(listAll(
                            JobFilter.ALL.withEnqueued(null, find(first).times().enqueued()), 10))
                    .isEmpty();
        }

        @Test
        void finishedFromIsIncludedAndBeforeIsNot() {
            JobId id = settledJob(c -> discard(c));
            Instant finished = Objects.requireNonNull(find(id).times().finished());

            assertThat(listAll(JobFilter.ALL.withFinished(finished, null), 10)).containsExactly(id);
            assertThat(listAll(JobFilter.ALL.withFinished(null, finished), 10)).isEmpty();
        }

        @Test
        void filtersByIdsInPages() {
            List<JobId> ids = insert(6);
            Set<JobId> wanted = new HashSet<>(ids.subList(1, 5));
            wanted.add(JobId.next());

            assertThat(listAll(JobFilter.ALL.withIds(wanted), 2))
                    .containsExactlyInAnyOrderElementsOf(ids.subList(1, 5));
            assertThat(listAll(JobFilter.ALL.withIds(wanted).withStates(JobState.DEAD), 2))
                    .isEmpty();
        }

        @Test
        void pagesGoOnWhileJobsComeAndGo() {
            List<JobId> ids = insert(10);
            JobFilter ready = JobFilter.ALL.withStates(JobState.READY);
            Page first = admin().list(ready, null, 3);
            claim(5);
            List<JobId> more = insert(2);
            List<JobId> met = new ArrayList<>();
            String cursor = first.next();
            while (cursor != null) {
                Page page = admin().list(ready, cursor, 3);
                page.jobs().forEach(job -> met.add(job.id()));
                cursor = page.next();
            }

            assertThat(met)
                    .containsExactly(
                            ids.get(5), ids.get(6), ids.get(7), ids.get(8), ids.get(9), more.get(0), more.get(1));
        }

        @Test
        void aBadCursorIsRejected() {
            insert(1);
            for (String bad : List.of("", "x", "1:2", "READY:a:b:c:mail", "::::", "\u0000")) {
                assertThatThrownBy(() -> admin().list(JobFilter.ALL, bad, 10))
                        .as("cursor '%s'", bad)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("cursor");
                assertThatThrownBy(() -> admin().apply(JobFilter.ALL, DELETE, bad, 10))
                        .isInstanceOf(IllegalArgumentException.class);
            }
            assertThat(listAll(JobFilter.ALL, 10)).hasSize(1);
        }

        @Test
        void aLimitBelowOneIsRejected() {
            assertThatThrownBy(() -> admin().list(JobFilter.ALL, null, 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("limit");
            assertThatThrownBy(() -> admin().apply(JobFilter.ALL, DELETE, null, 0))
                    .isInstanceOf(IllegalArgumentException.class);
        }

        @Test
        void anUnknownJobIsNotFound() {
            assertThat(admin().find(JobId.next())).isEmpty();
        }
    }

    @Nested
    class Actions {
        @Test
        void replayStartsOver() {
            insert(1);
            apply(retry(claimOne(), Duration.ZERO));
            Claimed second = claimOne();
            apply(discard(second));
            assertThat(applyAll(JobFilter.ALL, REPLAY)).isEqualTo(1);

            JobSnapshot job = find(second.job().id());
            assertThat(job.state()).isEqualTo(JobState.READY);
            assertThat(job.attempt()).isEqualTo(1);
            assertThat(job.losses()).isZero();
            assertThat(job.errors()).hasSize(2);
            assertThat(job.reason()).isNull();
            assertThat(job.times().finished()).isNull();
            assertThat(claimOne().lease().token()).isGreaterThan(second.lease().token());
        }

        @Test
        void replayMayChangeTheQueue() {
            JobId id = dead(1).get(0);
            assertThat(applyAll(JobFilter.ALL, new JobAction.Replay("rescue"))).isEqualTo(1);

            assertThat(find(id).queue()).isEqualTo("rescue");
            assertThat(claim(1)).isEmpty();
            Claimed claimed =
                    jobs().exchange(List.of(), wanting(1, "rescue")).claimed().get(0);
            assertThat(claimed.job().id()).isEqualTo(id);
            apply(succeeded(claimed));
            assertThat(listAll(JobFilter.ALL.withQueue("rescue"), 10)).containsExactly(id);
            assertThat(listAll(JobFilter.ALL.withQueue(QUEUE), 10)).isEmpty();
        }

        @Test
        void replayTakesEveryFinalStateAndNoOther() {
            someOfEverything();
            int finished = listAll(JobFilter.ALL.withStates(JobState.SUCCEEDED, JobState.DEAD, JobState.CANCELLED), 100)
                    .size();

            assertThat(applyAll(JobFilter.ALL, REPLAY)).isEqualTo(finished);
        }

        @Test
        void replayPassesOverAJobWhoseUniqueKeyIsHeld() {
            insert(job(unique("k")));
            Claimed first = claimOne();
            apply(discard(first));
            insert(job(unique("k")));

            assertThat(applyAll(JobFilter.ALL, REPLAY)).isZero();
            assertThat(state(first.job().id())).isEqualTo(JobState.DEAD);
        }

        @Test
        void aReplayedJobHoldsItsUniqueKeyAgain() {
            JobId id = insert(job(unique("k"))).get(0);
            apply(discard(claimOne()));
            applyAll(JobFilter.ALL, REPLAY);

            assertThat(jobs().insert(List.of(job(unique("k")))).get(0).id()).isEqualTo(id);
        }

        @Test
        void ofTwoDeadWithTheSameKeyOneIsReplayed() {
            for (int i = 0; i < 2; i++) {
                insert(job(unique("k")));
                apply(discard(claimOne()));
            }

            assertThat(applyAll(JobFilter.ALL, REPLAY)).isEqualTo(1);
        }

        @Test
        void aReplayedJobThatDiesAgainIsNotMetAgain() {
            List<JobId> ids = dead(4);
            JobFilter filter = JobFilter.ALL.withStates(JobState.DEAD);
            int replayed = 0;
            String cursor = null;
            for (int calls = 0; calls < 20; calls++) {
                Applied applied = admin().apply(filter, REPLAY, cursor, 1);
                replayed += applied.count();
                cursor = applied.next();
                claim(10).forEach(c -> apply(discard(c)));
                if (cursor == null) {
                    break;
                }
            }

            assertThat(cursor).as("the cursor at the end").isNull();
            assertThat(replayed).isEqualTo(ids.size());
        }

        @Test
        void replayOfManyEndsAndTakesAll() {
            dead(25);

            assertThat(applyAll(JobFilter.ALL.withStates(JobState.DEAD), REPLAY))
                    .isEqualTo(25);
            assertThat(claim(100)).hasSize(25);
        }

        @Test
        void deleteTakesAllButRunning() {
            Set<JobId> all = someOfEverything();
            List<JobId> running = listAll(JobFilter.ALL.withStates(JobState.RUNNING), 100);

            assertThat(applyAll(JobFilter.ALL, DELETE)).isEqualTo(all.size() - running.size());
            assertThat(listAll(JobFilter.ALL, 100)).containsExactlyInAnyOrderElementsOf(running);
        }

        @Test
        void aDeletedIdMayBeUsedAgain() {
            var job = job();
            insert(job);
            applyAll(JobFilter.ALL, DELETE);
            insert(job);
        }

        @Test
        void cancelEndsWaitingJobsAtOnce() {
            JobId ready = insert(1).get(0);
            JobId scheduled = insert(job(delayed(Duration.ofMinutes(1)))).get(0);
            assertThat(applyAll(JobFilter.ALL, CANCEL)).isEqualTo(2);

            assertThat(state(ready)).isEqualTo(JobState.CANCELLED);
            assertThat(find(scheduled).reason()).isEqualTo("no longer wanted");
            assertThat(find(scheduled).times().finished()).isNotNull();
            assertThat(claim(10)).isEmpty();
            assertThat(applyAll(JobFilter.ALL, CANCEL)).isZero();
        }

        @Test
        void actionsByIdTouchNoOther() {
            List<JobId> ids = insert(3);
            assertThat(applyAll(JobFilter.ALL.withIds(Set.of(ids.get(1), JobId.next())), DELETE))
                    .isEqualTo(1);

            assertThat(ids(claim(10))).containsExactly(ids.get(0), ids.get(2));
        }

        @Test
        void theLimitHoldsPerCall() {
            insert(5);
            Applied first = admin().apply(JobFilter.ALL, DELETE, null, 2);

            assertThat(first.count()).isEqualTo(2);
            assertThat(first.next()).isNotNull();
            assertThat(listAll(JobFilter.ALL, 10)).hasSize(3);
        }
    }

    @Nested
    class Stats {
        @Test
        void countsEveryStateOfEveryQueue() {
            someOfEverything();
            var queues = admin().stats().queues();

            assertThat(queues).containsOnlyKeys("b:1", QUEUE);
            QueueStats mail = Objects.requireNonNull(queues.get(QUEUE));
            assertThat(mail.counts()).containsOnlyKeys(JobState.values());
            assertThat(mail.count(JobState.READY)).isEqualTo(1);
            assertThat(mail.count(JobState.RUNNING)).isEqualTo(1);
            assertThat(mail.count(JobState.SCHEDULED)).isEqualTo(2);
            assertThat(mail.count(JobState.SUCCEEDED)).isEqualTo(1);
            assertThat(mail.count(JobState.DEAD)).isEqualTo(1);
            assertThat(mail.count(JobState.CANCELLED)).isEqualTo(2);
        }

        @Test
        void anEmptyStorageHasNoQueues() {
            assertThat(admin().stats().queues()).isEmpty();
        }

        @Test
        void theOldestReadyJobGivesTheAge() {
            insert(job(priority(Priority.LOW)));
            pass(Duration.ofSeconds(10));
            insert(1);
            pass(Duration.ofSeconds(5));
            assertThat(oldestReady()).isBetween(Duration.ofSeconds(15), Duration.ofSeconds(18));

            claim(2);
            assertThat(oldestReady()).isNull();
        }

        @Test
        void aScheduledJobIsNotReady() {
            insert(job(delayed(Duration.ofMinutes(1))));

            assertThat(oldestReady()).isNull();
        }

        private @Nullable Duration oldestReady() {
            return Objects.requireNonNull(admin().stats().queues().get(QUEUE)).oldestReady();
        }
    }

    /** Applies until done; the number of calls is bounded, so that an action without end fails. */
    int applyAll(JobFilter filter, JobAction action) {
        int count = 0;
        String cursor = null;
        for (int calls = 0; calls < 1_000; calls++) {
            Applied applied = admin().apply(filter, action, cursor, 3);
            count += applied.count();
            cursor = applied.next();
            if (cursor == null) {
                return count;
            }
        }
        throw new AssertionError(action + " on " + filter + " did not end");
    }

    /** So many dead jobs, in the order they died. */
    List<JobId> dead(int count) {
        List<JobId> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(settledJob(c -> discard(c)));
            pass(Duration.ofMillis(2));
        }
        return ids;
    }

    /** Jobs in every state, in two queues. */
    Set<JobId> someOfEverything() {
        Set<JobId> all = new HashSet<>();
        List<Function<Claimed, Settlement>> outcomes = List.of(
                c -> succeeded(c),
                c -> discard(c),
                c -> cancel(c),
                c -> cancel(c),
                c -> retry(c, Duration.ofMinutes(5)));
        outcomes.forEach(how -> all.add(settledJob(how)));
        all.addAll(insert(job(delayed(Duration.ofMinutes(1)))));
        all.addAll(insert(2));
        claimOne();
        all.addAll(insert(
                job("b:1", JobOptions.DEFAULT),
                job("b:1", JobOptions.DEFAULT),
                job("b:1", delayed(Duration.ofMinutes(3)))));
        return all;
    }
}
