package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.JobId;
import io.jobq.JobSnapshot;
import io.jobq.JobState;
import io.jobq.Priority;
import io.jobq.spi.Due;
import io.jobq.spi.Exchange;
import io.jobq.spi.InsertResult.Duplicate;
import io.jobq.spi.InsertResult.Inserted;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import io.jobq.spi.Payload;
import io.jobq.spi.UniqueKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Taking jobs in: what is stored, what is a duplicate, what is due when. */
abstract class InsertContract extends ContractFixtures {
    @Nested
    class Inserting {
        @Test
        void storesEverythingTheProducerFixed() {
            JobOptions options = new JobOptions(
                    Priority.HIGH,
                    Due.In.NOW,
                    now(clock).plusSeconds(3600),
                    7,
                    Duration.ofSeconds(9),
                    "gentle",
                    Map.of("traceparent", "00-abc", "empty", ""),
                    "acme",
                    new UniqueKey("order:1", UniqueKey.Until.WINDOW, Duration.ofMillis(61_001), true),
                    "charge:1",
                    "stripe");
            NewJob job = new NewJob(JobId.next(), QUEUE, TYPE, new Payload(3, new byte[] {0, -1, 127, '"'}), options);
            insert(job);

            JobSnapshot stored = find(job.id());
            assertThat(stored.job().payload()).isEqualTo(job.payload());
            assertThat(stored.job().type()).isEqualTo(TYPE);
            assertThat(stored.queue()).isEqualTo(QUEUE);
            assertThat(stored.job().options())
                    .usingRecursiveComparison()
                    .ignoringFields("due", "expiresAt")
                    .isEqualTo(options);
            assertThat(millis(stored.job().options().expiresAt())).isEqualTo(millis(options.expiresAt()));
        }

        @Test
        void startsAsAFirstAttemptWithoutHistory() {
            JobSnapshot stored = find(insert(1).get(0));

            assertThat(stored.state()).isEqualTo(JobState.READY);
            assertThat(stored.attempt()).isEqualTo(1);
            assertThat(stored.losses()).isZero();
            assertThat(stored.errors()).isEmpty();
            assertThat(stored.log()).isEmpty();
            assertThat(stored.progress()).isEqualTo(JobSnapshot.Progress.NONE);
            assertThat(stored.result()).isNull();
            assertThat(stored.reason()).isNull();
            assertThat(stored.times().started()).isNull();
            assertThat(stored.times().finished()).isNull();
        }

        @Test
        void timesAreTheStoragesOwn() {
            JobSnapshot stored = find(insert(1).get(0));
            Instant now = now(clock);

            assertThat(stored.times().enqueued()).isBetween(now.minusSeconds(1), now.plusSeconds(1));
            assertThat(stored.times().due()).isBetween(now.minusSeconds(1), now.plusSeconds(1));
        }

        @Test
        void anEmptyBatchIsNothing() {
            assertThat(jobs().insert(List.of())).isEmpty();
        }

        @Test
        void aLargeBatchIsStoredWhole() {
            List<JobId> ids = insert(2_000);

            assertThat(ids(claim(2_000))).isEqualTo(ids);
        }

        @Test
        void anyUuidIsAnId() {
            NewJob job = new NewJob(JobId.of(new UUID(0, 0)), QUEUE, TYPE, payload(""), JobOptions.DEFAULT);
            insert(job);

            assertThat(claimOne().job().id()).isEqualTo(job.id());
        }

        private long millis(@Nullable Instant instant) {
            return instant == null ? -1 : instant.toEpochMilli();
        }
    }

    @Nested
    class Duplicates {
        @Test
        void theSameIdIsStoredOnce() {
            NewJob job = job();
            insert(job);

            assertThat(jobs().insert(List.of(job))).containsExactly(new Duplicate(job.id()));
            assertThat(claim(10)).hasSize(1);
        }

        @Test
        void theSameIdInOneBatchIsStoredOnce() {
            NewJob job = job();

            assertThat(jobs().insert(List.of(job, job)))
                    .containsExactly(new Inserted(job.id()), new Duplicate(job.id()));
            assertThat(claim(10)).hasSize(1);
        }

        @Test
        void theSameIdIsADuplicateInEveryState() {
            NewJob job = job();
            insert(job);
            var claimed = claimOne();
            assertThat(jobs().insert(List.of(job))).containsExactly(new Duplicate(job.id()));
            apply(succeeded(claimed));

            assertThat(jobs().insert(List.of(job))).containsExactly(new Duplicate(job.id()));
            assertThat(state(job.id())).isEqualTo(JobState.SUCCEEDED);
        }

        @Test
        void aBatchMixesNewAndDuplicate() {
            NewJob known = job();
            insert(known);
            NewJob fresh = job();

            assertThat(jobs().insert(List.of(known, fresh)))
                    .containsExactly(new Duplicate(known.id()), new Inserted(fresh.id()));
        }
    }

    @Nested
    class DueTimes {
        @Test
        void aDelayedJobWaitsInScheduled() {
            JobId id = insert(job(delayed(Duration.ofSeconds(10)))).get(0);

            assertThat(state(id)).isEqualTo(JobState.SCHEDULED);
            assertThat(claim(10)).isEmpty();
            pass(Duration.ofSeconds(11));
            assertThat(ids(claim(10))).containsExactly(id);
        }

        @Test
        void anInstantInThePastMeansNow() {
            Instant past = now(clock).minusSeconds(60);
            JobId id = insert(job(JobOptions.DEFAULT.withDue(new Due.At(past)))).get(0);

            assertThat(state(id)).isEqualTo(JobState.READY);
        }

        @Test
        void anInstantInTheFutureIsWaitedFor() {
            Instant future = now(clock).plusSeconds(20);
            JobId id =
                    insert(job(JobOptions.DEFAULT.withDue(new Due.At(future)))).get(0);

            assertThat(state(id)).isEqualTo(JobState.SCHEDULED);
            assertThat(find(id).times().due().toEpochMilli()).isEqualTo(future.toEpochMilli());
            pass(Duration.ofSeconds(22));
            assertThat(ids(claim(1))).containsExactly(id);
        }

        @Test
        void aTimeBeyondAllCalendarsIsStoredAndNeverDue() {
            JobId id = insert(job(delayed(Duration.ofSeconds(Long.MAX_VALUE)))).get(0);

            assertThat(state(id)).isEqualTo(JobState.SCHEDULED);
            assertThat(exchange(List.of(), 1).nextDue()).isNotNull().isPositive();
        }

        @Test
        void dueJobsComeInTheOrderOfTheirTimes() {
            JobId third = insert(job(delayed(Duration.ofSeconds(30)))).get(0);
            JobId first = insert(job(delayed(Duration.ofSeconds(10)))).get(0);
            JobId second = insert(job(delayed(Duration.ofSeconds(20)))).get(0);
            pass(Duration.ofSeconds(31));

            assertThat(ids(claim(3))).containsExactly(first, second, third);
        }

        @Test
        void aDueJobQueuesBehindThoseThatWereReadyBefore() {
            JobId delayed = insert(job(delayed(Duration.ofSeconds(10)))).get(0);
            JobId ready = insert(1).get(0);
            pass(Duration.ofSeconds(11));

            assertThat(ids(claim(2))).containsExactly(ready, delayed);
        }

        @Test
        void nextDueIsTheEarliestOfTheClaimedQueues() {
            insert(job(delayed(Duration.ofSeconds(50))), job("other", delayed(Duration.ofSeconds(20))));
            insert(job("unasked", delayed(Duration.ofSeconds(5))));

            Exchange both = jobs().exchange(List.of(), wanting(1, QUEUE, "other"));
            assertThat(both.nextDue()).isBetween(Duration.ofSeconds(18), Duration.ofSeconds(20));
            assertThat(exchange(List.of(), 1).nextDue()).isBetween(Duration.ofSeconds(48), Duration.ofSeconds(50));
        }

        /** A worker leaves drained queues alone, so that its claims cost nothing for them. */
        @Test
        void anExchangeTellsWhichQueuesAreDrainedAndForHowLong() {
            insert(job(), job("later", delayed(Duration.ofSeconds(20))));
            insert(job("full", JobOptions.DEFAULT), job("full", JobOptions.DEFAULT));

            Exchange some = jobs().exchange(List.of(), wanting(1, "full"));
            assertThat(some.claimed()).hasSize(1);
            assertThat(some.drained()).isEmpty();

            Exchange all = jobs().exchange(List.of(), wanting(5, QUEUE, "later", "full", "unheard-of"));
            assertThat(all.claimed()).hasSize(2);
            assertThat(all.drained()).containsOnlyKeys(QUEUE, "later", "full", "unheard-of");
            assertThat(all.drained().get(QUEUE)).isEqualTo(Exchange.NEVER);
            assertThat(all.drained().get("unheard-of")).isEqualTo(Exchange.NEVER);
            assertThat(all.drained().get("later")).isBetween(Duration.ofSeconds(18), Duration.ofSeconds(20));
        }

        @Test
        void nextDueIsNullWithoutScheduledJobs() {
            insert(1);

            assertThat(exchange(List.of(), 1).nextDue()).isNull();
        }
    }
}
