package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.JobId;
import io.jobq.JobState;
import io.jobq.spi.Due;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.InsertResult;
import io.jobq.spi.InsertResult.Duplicate;
import io.jobq.spi.InsertResult.Inserted;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import io.jobq.spi.Retention;
import io.jobq.spi.UniqueKey;
import io.jobq.spi.UniqueKey.Until;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Who holds a unique key, for how long, and what becomes of others that want it. */
abstract class UniqueContract extends InsertContract {
    static final Duration WINDOW = Duration.ofSeconds(60);

    private static JobOptions untilStart() {
        return JobOptions.DEFAULT.withUnique(new UniqueKey("k", Until.START, null, false));
    }

    static JobOptions forWindow() {
        return JobOptions.DEFAULT.withUnique(new UniqueKey("k", Until.WINDOW, WINDOW, false));
    }

    private InsertResult insertOne(JobOptions options) {
        return jobs().insert(List.of(job(options))).get(0);
    }

    JobId inserted(JobOptions options) {
        return insert(job(options)).get(0);
    }

    void assertTaken(JobId holder, JobOptions options) {
        assertThat(insertOne(options)).isEqualTo(new Duplicate(holder));
    }

    private void apply(JobId id, JobAction action) {
        assertThat(admin().apply(JobFilter.ALL.withIds(Set.of(id)), action, null, 10)
                        .count())
                .isEqualTo(1);
    }

    @Nested
    class UntilTheyFinish {
        @Test
        void aLiveJobHoldsItsKey() {
            JobId first = insert(job(unique("order:1"))).get(0);

            assertThat(jobs().insert(List.of(job(unique("order:1"))))).containsExactly(new Duplicate(first));
            claimOne();
            assertThat(jobs().insert(List.of(job(unique("order:1"))))).containsExactly(new Duplicate(first));
        }

        @Test
        void aScheduledJobHoldsItsKey() {
            JobOptions later = unique("order:1").withDue(new Due.In(Duration.ofMinutes(1)));
            JobId first = insert(job(later)).get(0);

            assertThat(jobs().insert(List.of(job(unique("order:1"))))).containsExactly(new Duplicate(first));
        }

        @Test
        void theKeyHoldsWithinABatch() {
            NewJob first = job(unique("k"));
            NewJob second = job(unique("k"));

            assertThat(jobs().insert(List.of(first, second)))
                    .containsExactly(new Inserted(first.id()), new Duplicate(first.id()));
            assertThat(admin().find(second.id())).isEmpty();
        }

        @Test
        void queuesHaveKeysOfTheirOwn() {
            insert(job(unique("k")), job("other", unique("k")));
        }

        @Test
        void differentKeysDoNotMeet() {
            insert(job(unique("a")), job(unique("b")), job(unique("A")), job());
        }

        @Test
        void everyFinalStateFreesTheKey() {
            insert(job(unique("k")));
            apply(succeeded(claimOne()));
            insert(job(unique("k")));
            apply(discard(claimOne()));
            insert(job(unique("k")));
            apply(cancel(claimOne()));
            insert(job(unique("k")));
        }

        @Test
        void aRetriedJobKeepsItsKey() {
            JobId first = insert(job(unique("k"))).get(0);
            apply(retry(claimOne(), Duration.ofMinutes(1)));

            assertThat(jobs().insert(List.of(job(unique("k"))))).containsExactly(new Duplicate(first));
        }

        @Test
        void cancellingAndDeletingFreeTheKey() {
            JobId first = insert(job(unique("k"))).get(0);
            admin().apply(JobFilter.ALL.withIds(Set.of(first)), new JobAction.Cancel("no"), null, 10);
            JobId second = insert(job(unique("k"))).get(0);
            admin().apply(JobFilter.ALL.withIds(Set.of(second)), new JobAction.Delete(), null, 10);
            insert(job(unique("k")));
        }

        @Test
        void deletingAFinishedJobDoesNotFreeItsSuccessorsKey() {
            JobId first = insert(job(unique("k"))).get(0);
            apply(succeeded(claimOne()));
            JobId second = insert(job(unique("k"))).get(0);
            admin().apply(JobFilter.ALL.withIds(Set.of(first)), new JobAction.Delete(), null, 10);

            assertThat(jobs().insert(List.of(job(unique("k"))))).containsExactly(new Duplicate(second));
        }
    }

    @Nested
    class UntilTheyStart {
        @Test
        void aWaitingJobHoldsItsKey() {
            JobId first = inserted(untilStart());

            assertTaken(first, untilStart());
            assertTaken(first, unique("k"));
        }

        @Test
        void theStartFreesTheKey() {
            JobId first = inserted(untilStart());
            Claimed running = claimOne();
            JobId second = inserted(untilStart());
            apply(succeeded(running));

            assertThat(state(first)).isEqualTo(JobState.SUCCEEDED);
            assertTaken(second, untilStart());
        }

        @Test
        void aRetryDoesNotTakeTheKeyAgain() {
            inserted(untilStart());
            apply(retry(claimOne(), Duration.ZERO));
            JobId second = inserted(untilStart());
            assertTaken(second, untilStart());
            assertThat(claim(10)).hasSize(2);
        }

        @Test
        void aLostLeaseDoesNotTakeTheKeyAgain() {
            inserted(untilStart());
            claimOne();
            pass(LEASE_TIME.plusSeconds(1));
            jobs().sweep(10);

            inserted(untilStart());
        }

        @Test
        void aJobGivenBackTakesTheKeyAgain() {
            JobId first = inserted(untilStart());
            apply(release(claimOne()));
            assertTaken(first, untilStart());
            apply(park(claimOne()));
            assertTaken(first, untilStart());
        }

        @Test
        void aJobGivenBackLeavesTheKeyToWhoHasItNow() {
            inserted(untilStart());
            Claimed first = claimOne();
            JobId second = inserted(untilStart());
            apply(release(first));

            assertTaken(second, untilStart());
            apply(succeeded(claimOne()));
            assertTaken(second, untilStart());
            apply(succeeded(claimOne()));
            inserted(untilStart());
        }

        @Test
        void aReplayedJobTakesTheKeyAgain() {
            JobId first = inserted(untilStart());
            apply(discard(claimOne()));
            apply(first, new JobAction.Replay(null));

            assertTaken(first, untilStart());
        }
    }

    @Nested
    class ForAWindow {
        @Test
        void theKeyIsHeldWhateverBecomesOfTheJob() {
            JobId first = inserted(forWindow());
            assertTaken(first, forWindow());
            Claimed running = claimOne();
            assertTaken(first, forWindow());
            apply(succeeded(running));
            assertTaken(first, forWindow());
            assertTaken(first, unique("k"));
        }

        @Test
        void deathDoesNotFreeTheKey() {
            JobId first = inserted(forWindow());
            apply(discard(claimOne()));

            assertTaken(first, forWindow());
        }

        @Test
        void theEndOfTheWindowFreesTheKey() {
            JobId first = inserted(forWindow());
            pass(WINDOW.minusSeconds(5));
            assertTaken(first, forWindow());
            pass(Duration.ofSeconds(5));
            JobId second = inserted(forWindow());

            assertThat(state(first)).isEqualTo(JobState.READY);
            apply(succeeded(claimOne()));
            assertTaken(second, forWindow());
        }

        @Test
        void theKeyOutlivesTheRetentionOfTheJob() {
            reopen(new Retention(0, Duration.ofDays(1), 0, Duration.ofDays(1)));
            JobId first = inserted(forWindow());
            apply(succeeded(claimOne()));
            assertThat(admin().find(first)).isEmpty();

            assertTaken(first, forWindow());
        }

        @Test
        void cancellingFreesTheKey() {
            apply(inserted(forWindow()), new JobAction.Cancel("no"));
            JobId second = inserted(forWindow());
            apply(cancel(claimOne()));

            assertThat(state(second)).isEqualTo(JobState.CANCELLED);
            inserted(forWindow());
        }

        @Test
        void deletingFreesTheKey() {
            apply(inserted(forWindow()), new JobAction.Delete());
            JobId second = inserted(forWindow());
            apply(succeeded(claimOne()));
            apply(second, new JobAction.Delete());
            inserted(forWindow());
        }

        @Test
        void aJobMayBeReplayedWithinItsWindowAndAfter() {
            JobId first = inserted(forWindow());
            apply(discard(claimOne()));
            apply(first, new JobAction.Replay(null));
            assertTaken(first, forWindow());
            apply(discard(claimOne()));
            pass(WINDOW);
            JobId second = inserted(forWindow());
            apply(first, new JobAction.Replay(null));

            assertTaken(second, forWindow());
        }

        @Test
        void aJobThatCannotBeMovedKeepsItsPlace() {
            insert(job("other", forWindow()));
            JobId before = insert(1).get(0);
            JobId first = inserted(forWindow());
            JobAction move = new JobAction.Move("other");

            assertThat(admin().apply(JobFilter.ALL.withIds(Set.of(first)), move, null, 10)
                            .count())
                    .isZero();
            assertThat(ids(claim(10))).containsExactly(before, first);
        }

        @Test
        void theWindowGoesWithAJobReplayedElsewhere() {
            JobId first = inserted(forWindow());
            apply(discard(claimOne()));
            apply(first, new JobAction.Replay("other"));

            inserted(forWindow());
            assertThat(jobs().insert(List.of(job("other", forWindow())))).containsExactly(new Duplicate(first));
        }

        @Test
        void aRepeatedCallStoresNothingThoughRetentionHasDeletedTheJob() {
            reopen(new Retention(0, Duration.ofDays(1), 0, Duration.ofDays(1)));
            NewJob job = job(forWindow());
            insert(job);
            apply(succeeded(claimOne()));

            assertThat(jobs().insert(List.of(job))).containsExactly(new Duplicate(job.id()));
        }

        @Test
        void manyWindowsThatAreOverDoNotKeepJobsFromBeingTakenBack() {
            for (int batch = 0; batch < 5; batch++) {
                List<NewJob> many = new ArrayList<>();
                for (int i = 0; i < 500; i++) {
                    UniqueKey key = new UniqueKey("k" + batch + "/" + i, Until.WINDOW, WINDOW, false);
                    many.add(job("other", JobOptions.DEFAULT.withUnique(key)));
                }
                jobs().insert(many);
            }
            pass(WINDOW);
            insert(1);
            claimOne();
            pass(LEASE_TIME.plusSeconds(1));

            assertThat(jobs().sweep(10).reclaimed()).isEqualTo(1);
        }

        @Test
        void aKeyWhoseWindowIsOverMayBeTakenForGood() {
            inserted(forWindow());
            apply(succeeded(claimOne()));
            pass(WINDOW);
            JobId second = inserted(unique("k"));
            jobs().sweep(10);
            jobs().sweep(10);

            assertTaken(second, forWindow());
            apply(succeeded(claimOne()));
            inserted(forWindow());
        }

        @Test
        void theWindowGoesWithAMovedJob() {
            JobId first = inserted(forWindow());
            pass(Duration.ofSeconds(20));
            apply(first, new JobAction.Move("other"));

            inserted(forWindow());
            assertThat(jobs().insert(List.of(job("other", forWindow())))).containsExactly(new Duplicate(first));
            pass(Duration.ofSeconds(40));
            insert(job("other", forWindow()));
        }
    }
}
