package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.JobId;
import io.jobq.JobSnapshot;
import io.jobq.JobState;
import io.jobq.Priority;
import io.jobq.limits.Limit;
import io.jobq.spi.Due;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.InsertResult.Duplicate;
import io.jobq.spi.InsertResult.Replaced;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import io.jobq.spi.Retention;
import io.jobq.spi.Rule;
import io.jobq.spi.UniqueKey;
import io.jobq.spi.UniqueKey.Until;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** How a job takes the place of another that holds its unique key. */
abstract class ReplacingContract extends UniqueContract {
    private static JobOptions replacing() {
        return JobOptions.DEFAULT.withUnique(new UniqueKey("k", Until.FINISH, null, true));
    }

    private static JobOptions debounced() {
        return JobOptions.DEFAULT
                .withUnique(new UniqueKey("k", Until.WINDOW, WINDOW, true))
                .withDue(new Due.In(WINDOW));
    }

    /** Inserts a job that must take the place of another. */
    private JobId replacement(JobId old, JobOptions options) {
        NewJob job = job(options);
        assertThat(jobs().insert(List.of(job))).containsExactly(new Replaced(job.id(), old));
        JobSnapshot gone = find(old);
        assertThat(gone.state()).isEqualTo(JobState.CANCELLED);
        assertThat(gone.reason()).isEqualTo("replaced by " + job.id());
        return job.id();
    }

    @Nested
    class Replacing {
        @Test
        void aReadyJobIsReplacedAtTheEndOfTheLine() {
            JobId old = inserted(unique("k"));
            JobId other = insert(1).get(0);
            JobId fresh = replacement(old, replacing());

            assertThat(ids(claim(10))).containsExactly(other, fresh);
        }

        @Test
        void theNewJobHoldsTheKey() {
            JobId fresh = replacement(inserted(unique("k")), replacing());

            assertTaken(fresh, unique("k"));
            apply(succeeded(claimOne()));
            inserted(unique("k"));
        }

        @Test
        void aScheduledJobIsReplacedWithItsDueTime() {
            JobId old = inserted(unique("k").withDue(new Due.In(WINDOW)));
            JobId fresh = replacement(old, replacing());

            assertThat(ids(claim(10))).containsExactly(fresh);
        }

        @Test
        void aJobThatWaitsForARetryIsReplaced() {
            inserted(unique("k"));
            Claimed running = claimOne();
            apply(retry(running, WINDOW));

            replacement(running.job().id(), replacing());
        }

        @Test
        void aParkedJobIsReplaced() {
            inserted(unique("k"));
            Claimed running = claimOne();
            apply(park(running));
            replacement(running.job().id(), replacing());

            assertThat(exchange(List.of(), 0).parked()).isEmpty();
        }

        @Test
        void ajobThatStandsAsideIsReplaced() {
            admin().rule(QUEUE, new Rule(Rule.Target.TYPE, TYPE, Limit.PAUSED, 0, null));
            JobId old = inserted(unique("k"));
            assertThat(claim(10)).isEmpty();
            JobId fresh = replacement(old, replacing());
            admin().rule(QUEUE, new Rule(Rule.Target.TYPE, TYPE, Limit.NONE, 0, null));

            assertThat(ids(claim(10))).containsExactly(fresh);
        }

        @Test
        void aJobOfATenantIsReplaced() {
            JobId old = inserted(unique("k").withTenant("acme"));
            JobId fresh = replacement(old, replacing().withTenant("b").withPriority(Priority.HIGH));

            assertThat(ids(claim(10))).containsExactly(fresh);
        }

        @Test
        void aRunningJobIsNot() {
            JobId old = inserted(unique("k"));
            claimOne();

            assertTaken(old, replacing());
        }

        @Test
        void aJobThatHasEndedWithinItsWindowIsNot() {
            JobId old = inserted(forWindow());
            apply(succeeded(claimOne()));

            assertTaken(old, debounced());
        }

        @Test
        void aRepeatedCallReplacesOnce() {
            JobId old = inserted(unique("k"));
            NewJob job = job(replacing());
            assertThat(jobs().insert(List.of(job))).containsExactly(new Replaced(job.id(), old));

            assertThat(jobs().insert(List.of(job))).containsExactly(new Duplicate(job.id()));
        }

        @Test
        void aPurgedJobThatIsStoredAgainRunsOnceWhenItIsDue() {
            reopen(new Retention(1, Duration.ofDays(1), 1, Duration.ofDays(1)));
            NewJob job = job(replacing());
            insert(job);
            NewJob tenants = new NewJob(
                    JobId.next(), QUEUE, TYPE, payload("{}"), unique("t").withTenant("a"));
            replacement(replacement(job.id(), replacing()), replacing());
            assertThat(admin().find(job.id())).isEmpty();
            NewJob again =
                    new NewJob(job.id(), QUEUE, TYPE, payload("{}"), JobOptions.DEFAULT.withDue(new Due.In(WINDOW)));
            insert(again, tenants);

            assertThat(ids(claim(10))).doesNotContain(job.id()).contains(tenants.id());
            pass(WINDOW);
            assertThat(ids(claim(10))).containsExactly(job.id());
            assertThat(claim(10)).isEmpty();
        }

        @Test
        void jobsOfABatchReplaceEachOther() {
            NewJob first = job(replacing());
            NewJob second = job(replacing().withDue(new Due.In(WINDOW)));
            NewJob third = job(replacing());

            assertThat(jobs().insert(List.of(first, job(), second, third)))
                    .last()
                    .isEqualTo(new Replaced(third.id(), second.id()));
            assertThat(state(first.id())).isEqualTo(JobState.CANCELLED);
            assertThat(state(second.id())).isEqualTo(JobState.CANCELLED);
            assertThat(ids(claim(10))).hasSize(2).last().isEqualTo(third.id());
        }

        @Test
        void theLatestOfAWindowRunsAtItsEnd() {
            JobId latest = inserted(debounced());
            for (int i = 0; i < 5; i++) {
                pass(Duration.ofSeconds(10));
                latest = replacement(latest, debounced());
                assertThat(claim(10)).isEmpty();
            }
            pass(Duration.ofSeconds(10));

            JobId next = inserted(debounced());
            assertThat(ids(claim(10))).containsExactly(latest);
            assertThat(state(next)).isEqualTo(JobState.SCHEDULED);
        }

        @Test
        void manyReplacementsLeaveOneJob() {
            List<NewJob> all = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                all.add(job(replacing()));
            }
            jobs().insert(all);

            assertThat(ids(claim(1_000))).containsExactly(all.get(499).id());
        }
    }
}
