package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.jobq.Handler;
import io.jobq.Job;
import io.jobq.JobHandle;
import io.jobq.JobId;
import io.jobq.JobQ;
import io.jobq.JobState;
import io.jobq.Outcome;
import io.jobq.ResultHandler;
import io.jobq.RetryPolicy;
import io.jobq.codec.EncryptingCodec;
import io.jobq.codec.EncryptionKeys;
import io.jobq.idempotency.Idempotency;
import io.jobq.idempotency.IdempotencyStore.Completed;
import io.jobq.idempotency.IdempotencyStore.InFlight;
import io.jobq.idempotency.IdempotencyStore.Run;
import io.jobq.spi.Payload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The interceptor: run by hand where time is all that matters, and with real threads where they do. */
@Timeout(30)
class IdempotencyTest extends IdempotencyFixture {
    @Nested
    class Duplicates {
        @Test
        void getTheFirstResult() {
            ManualJobQ test = charging(IdempotencyTest.this::count);
            JobHandle first = test.jobq().enqueue(charge());
            JobHandle second = test.jobq().enqueue(charge());
            test.drain();
            JobHandle third = test.jobq().queue("other").enqueue(charge());
            assertThat(test.drain()).as("'other' has no worker").isZero();

            assertThat(runs).hasValue(1);
            assertThat(result(first)).isEqualTo("{\"order\":\"order-1\",\"cents\":101}");
            assertThat(find(second).result()).isEqualTo(find(first).result());
            assertThat(second.result(Receipt.class).join()).isEqualTo(new Receipt("order-1", 101));
            assertThat(find(second).log()).containsExactly("duplicate, cached result of job " + first.id());
            assertThat(find(first).log()).isEmpty();
            assertThat(find(third).state()).isEqualTo(JobState.READY);
        }

        @Test
        void getNullWhereTheFirstReturnedNull() {
            ManualJobQ test = charging((receipt, job) -> {
                runs.incrementAndGet();
                return null;
            });
            JobHandle first = test.jobq().enqueue(charge());
            JobHandle second = test.jobq().enqueue(charge());
            test.drain();

            assertThat(runs).hasValue(1);
            assertThat(find(first).result()).isNull();
            assertThat(find(second).result()).isNull();
            assertThat(find(second).state()).isEqualTo(JobState.SUCCEEDED);
        }

        @Test
        void includeRedeliveriesOfAJobWhoseEndWasNeverSettled() {
            ManualJobQ test = charging(IdempotencyTest.this::count);
            JobHandle handle = test.jobq().enqueue(charge());
            assertThat(store.complete(KEY, new Run(handle.id(), 0), json("\"before\""), HOLD))
                    .isTrue();
            test.drain();

            assertThat(runs).hasValue(0);
            assertThat(result(handle)).isEqualTo("\"before\"");
        }

        @Test
        void runAgainAfterTheRetention() {
            ManualJobQ test = charging(idempotency.retention(Duration.ofHours(2)), IdempotencyTest.this::count);
            test.jobq().enqueue(charge());
            test.drain();
            clock.advance(Duration.ofHours(2).minusSeconds(1));
            test.jobq().enqueue(charge());
            test.drain();
            assertThat(runs).hasValue(1);

            clock.advance(Duration.ofSeconds(1));
            test.jobq().enqueue(charge());
            test.drain();
            assertThat(runs).hasValue(2);
        }

        @Test
        void needAKey() {
            ManualJobQ test = charging(IdempotencyTest.this::count);
            test.jobq().enqueue(Job.of("charge", new Receipt("order-1", 1)));
            test.jobq().enqueue(Job.of("charge", new Receipt("order-1", 1)));
            test.drain();
            assertThat(runs).hasValue(2);
            assertThat(store.begun).hasValue(0);
        }

        @Test
        void areThoseOfTypeAndTenant() {
            Handler<Receipt> counting = (receipt, job) -> runs.incrementAndGet();
            ManualJobQ test = manual(builder -> builder.handle("charge", Receipt.class, counting)
                    .handle("a:b", Receipt.class, counting)
                    .handle("a", Receipt.class, counting)
                    .interceptor(idempotency));
            Receipt payload = new Receipt("x", 1);
            test.jobq().enqueue(charge());
            test.jobq().enqueue(charge().tenant("acme"));
            test.jobq().enqueue(charge().tenant("globex"));
            test.jobq().enqueue(Job.of("a:b", payload).idempotencyKey("order-1"));
            test.jobq().enqueue(Job.of("a", payload).tenant("b").idempotencyKey("order-1"));
            test.jobq().enqueue(Job.of("a", payload).idempotencyKey("b:order-1"));
            assertThat(test.drain()).isEqualTo(6);
            assertThat(runs).hasValue(6);

            test.jobq().enqueue(charge().tenant("acme"));
            test.drain();
            assertThat(runs).hasValue(6);
        }

        @Test
        void areThoseOfAScopeOfOnesOwn() {
            ManualJobQ test = charging(idempotency.scope(job -> "all"), IdempotencyTest.this::count);
            test.jobq().enqueue(charge().tenant("acme"));
            test.jobq().enqueue(charge().tenant("globex"));
            test.drain();
            assertThat(runs).hasValue(1);
            assertThat(store.begin("all:order-1", FOREIGN, HOLD)).isInstanceOf(Completed.class);
        }

        @Test
        void areStoredWithTheCodecOfTheSystem() {
            EncryptionKeys keys = new EncryptionKeys("1", Map.of("1", new SecretKeySpec(new byte[32], "AES")));
            ManualJobQ test = manual(builder -> builder.compute("charge", Receipt.class, IdempotencyTest.this::count)
                    .codec(new EncryptingCodec(new io.jobq.JacksonCodec(), keys))
                    .interceptor(idempotency));
            test.jobq().enqueue(charge());
            JobHandle second = test.jobq().enqueue(charge());
            test.drain();

            Payload kept = Objects.requireNonNull(((Completed) store.begin(KEY, FOREIGN, HOLD)).result());
            assertThat(kept.toString()).doesNotContain("order-1");
            assertThat(find(second).result()).isEqualTo(kept);
            assertThat(second.result(Receipt.class).join()).isEqualTo(new Receipt("order-1", 101));
        }
    }

    @Nested
    class FailedRuns {
        private void assertLeavesTheKeyFree(ResultHandler<Receipt> handler) {
            ManualJobQ test = charging(handler);
            test.jobq().enqueue(charge());
            assertThat(test.drain()).isEqualTo(1);
            assertThat(isFree()).isTrue();
        }

        @Test
        void leaveTheKeyFree() {
            assertLeavesTheKeyFree((receipt, job) -> {
                throw new IllegalStateException("on purpose");
            });
            assertLeavesTheKeyFree((receipt, job) -> {
                throw new StackOverflowError("on purpose");
            });
            assertLeavesTheKeyFree((receipt, job) -> Outcome.retry("later"));
            assertLeavesTheKeyFree((receipt, job) -> Outcome.snooze(Duration.ofHours(1), "later"));
            assertLeavesTheKeyFree((receipt, job) -> Outcome.discard("no good"));
            assertLeavesTheKeyFree((receipt, job) -> Outcome.cancel("not wanted"));
        }

        @Test
        void areRepeatedByARetry() {
            ManualJobQ test = charging((receipt, job) -> {
                if (runs.incrementAndGet() < 3) {
                    throw new IllegalStateException("on purpose");
                }
                return job.attempt();
            });
            JobHandle handle = test.jobq().enqueue(charge());
            test.advance(Duration.ofHours(1));
            assertThat(result(handle)).isEqualTo("3");
        }

        @Test
        void includeThoseWhoseResultCannotBeStored() {
            List<Object> endless = new ArrayList<>();
            endless.add(endless);
            ManualJobQ test = charging((receipt, job) -> endless);
            JobHandle handle = test.jobq().enqueue(charge());
            test.drain();
            assertThat(find(handle).state()).isEqualTo(JobState.DEAD);
            assertThat(find(handle).reason()).contains("its result can't be stored");
            assertThat(isFree()).isTrue();
        }

        @Test
        void includeThoseWhoseResultIsTooLarge() {
            ManualJobQ test =
                    manual(builder -> builder.compute("charge", Receipt.class, (receipt, job) -> "x".repeat(1_000))
                            .maxPayloadBytes(100)
                            .interceptor(idempotency));
            JobHandle handle = test.jobq().enqueue(charge());
            test.drain();
            assertThat(find(handle).reason()).contains("1002 bytes");
            assertThat(isFree()).isTrue();
        }
    }

    @Nested
    class WhileARunIsInFlight {
        @Test
        void othersAreSnoozed() {
            ManualJobQ test = charging(IdempotencyTest.this::count);
            store.begin(KEY, FOREIGN, HOLD);
            JobHandle handle = test.jobq().enqueue(charge());
            test.drain();
            assertThat(find(handle).state()).isEqualTo(JobState.SCHEDULED);
            assertThat(find(handle).attempt()).isEqualTo(1);
            assertThat(find(handle).reason()).contains(FOREIGN.job().toString(), "in flight");

            store.complete(KEY, FOREIGN, json("5"), HOLD);
            test.advance(Duration.ofSeconds(1));
            assertThat(result(handle)).isEqualTo("5");
            assertThat(runs).hasValue(0);
        }

        @Test
        void othersFailIfSoConfigured() {
            ManualJobQ test = charging(idempotency.failWhileInFlight(), IdempotencyTest.this::count);
            store.begin(KEY, FOREIGN, HOLD);
            JobHandle handle = test.jobq().enqueue(charge());
            test.drain();
            assertThat(find(handle).attempt()).isEqualTo(2);
            assertThat(find(handle).errors()).singleElement().asString().contains("in flight");

            store.abandon(KEY, FOREIGN);
            test.advance(Duration.ofMinutes(1));
            assertThat(result(handle)).contains("101");
        }

        @Test
        void aDeadProcessKeepsTheKeyNoLongerThanItsHold() {
            ManualJobQ test = charging(IdempotencyTest.this::count);
            store.begin(KEY, FOREIGN, HOLD);
            JobHandle handle = test.jobq().enqueue(charge());
            test.drain();
            clock.advance(HOLD);
            test.advance(Duration.ofSeconds(1));
            assertThat(result(handle)).contains("101");
        }

        @Test
        void aRedeliveryTakesOverAtOnce() {
            ManualJobQ test = charging(IdempotencyTest.this::count);
            JobHandle handle = test.jobq().enqueue(charge());
            store.begin(KEY, new Run(handle.id(), 0), HOLD);
            test.drain();
            assertThat(result(handle)).contains("101");
        }

        @Test
        void aLateRunKeepsItsOutcomeAndLeavesTheRecordToItsSuccessor() {
            AtomicLong tokens = new AtomicLong();
            ManualJobQ test = charging((receipt, job) -> {
                tokens.set(job.fencingToken());
                store.begin(KEY, new Run(job.id(), job.fencingToken() + 1), HOLD);
                return "late";
            });
            JobHandle handle = test.jobq().enqueue(charge());
            test.drain();
            assertThat(result(handle)).isEqualTo("\"late\"");
            assertThat(store.begin(KEY, FOREIGN, HOLD))
                    .isInstanceOfSatisfying(
                            InFlight.class,
                            found -> assertThat(found.by()).isEqualTo(new Run(handle.id(), tokens.get() + 1)));
        }
    }

    @Nested
    class WithThreads {
        private JobQ start(Idempotency configured, ResultHandler<Receipt> handler) {
            JobQ jobq = JobQ.builder()
                    .compute("charge", Receipt.class, handler)
                    .interceptor(configured)
                    .retry(RetryPolicy.fixed(Duration.ofMillis(10)))
                    .start();
            opened.add(jobq);
            return jobq;
        }

        private final Idempotency waiting = idempotency.waitWhileInFlight(Duration.ofMinutes(1));

        @Test
        void aWaitingJobGetsTheResult() {
            JobQ jobq = start(waiting, IdempotencyTest.this::count);
            store.begin(KEY, FOREIGN, HOLD);
            JobHandle handle = jobq.enqueue(charge());
            await().until(() -> store.begun.get() > 3);
            store.complete(KEY, FOREIGN, json("{\"order\":\"foreign\",\"cents\":7}"), HOLD);
            assertThat(handle.result(Receipt.class).join()).isEqualTo(new Receipt("foreign", 7));
            assertThat(runs).hasValue(0);
        }

        @Test
        void aWaitingJobRunsWhenTheOtherFails() {
            JobQ jobq = start(waiting, IdempotencyTest.this::count);
            store.begin(KEY, FOREIGN, HOLD);
            JobHandle handle = jobq.enqueue(charge());
            await().until(() -> store.begun.get() > 3);
            store.abandon(KEY, FOREIGN);
            assertThat(handle.result(Receipt.class).join()).isEqualTo(new Receipt("order-1", 101));
        }

        @Test
        void aWaitingJobEndsWhenItIsCancelled() {
            JobQ jobq = start(waiting, IdempotencyTest.this::count);
            store.begin(KEY, FOREIGN, HOLD);
            JobHandle handle = jobq.enqueue(charge());
            await().until(() -> store.begun.get() > 3);
            assertThat(handle.cancel()).isTrue();
            await().until(() -> find(handle).state() == JobState.CANCELLED);
            assertThat(store.begin(KEY, new Run(JobId.next(), 1), HOLD)).isInstanceOf(InFlight.class);
        }

        @Test
        void waitingIsBounded() {
            JobQ jobq = start(
                    idempotency.waitWhileInFlight(Duration.ofMillis(20)).snoozeWhileInFlight(Duration.ofHours(1)),
                    IdempotencyTest.this::count);
            store.begin(KEY, FOREIGN, HOLD);
            JobHandle handle = jobq.enqueue(charge());
            await().until(() -> find(handle).state() == JobState.SCHEDULED);
            assertThat(store.begun.get()).isGreaterThan(2);
        }

        @Test
        void aLongRunKeepsItsKey() {
            Idempotency brief = Idempotency.of(store).hold(Duration.ofSeconds(1));
            CountDownLatch prolonged = new CountDownLatch(1);
            JobQ jobq = start(brief, (receipt, job) -> {
                prolonged.await();
                return "done";
            });
            JobHandle handle = jobq.enqueue(charge());
            await().until(() -> store.begun.get() > 2);
            clock.advance(Duration.ofMillis(900));
            int before = store.begun.get();
            await().until(() -> store.begun.get() > before + 1);
            clock.advance(Duration.ofMillis(900));
            assertThat(store.begin(KEY, FOREIGN, HOLD)).isInstanceOf(InFlight.class);
            prolonged.countDown();
            assertThat(handle.result(String.class).join()).isEqualTo("done");
        }

        @Test
        void aStoreThatDoesNotAnswerBeforeTheRunFailsTheAttempt() {
            JobQ jobq = start(idempotency, IdempotencyTest.this::count);
            store.unanswered.set(2);
            JobHandle handle = jobq.enqueue(charge());
            assertThat(handle.result(Receipt.class).join()).isEqualTo(new Receipt("order-1", 101));
            assertThat(find(handle).attempt()).isEqualTo(3);
            assertThat(runs).hasValue(1);
        }

        @Test
        void aStoreThatDoesNotAnswerAfterTheRunIsAskedAgain() {
            JobQ jobq = start(idempotency, (receipt, job) -> {
                store.unanswered.set(2);
                return runs.incrementAndGet();
            });
            assertThat(jobq.enqueue(charge()).result(Integer.class).join()).isEqualTo(1);
            assertThat(store.begin(KEY, FOREIGN, HOLD)).isInstanceOf(Completed.class);
        }

        @Test
        void anInterruptThatTheHandlerIgnoredDoesNotLoseItsResult() {
            JobQ jobq = start(idempotency, (receipt, job) -> {
                Thread.currentThread().interrupt();
                return runs.incrementAndGet();
            });
            assertThat(jobq.enqueue(charge()).result(Integer.class).join()).isEqualTo(1);
            assertThat(store.begin(KEY, FOREIGN, HOLD)).isInstanceOf(Completed.class);
        }

        @Test
        void aCancelledRunLeavesTheKeyFree() {
            CountDownLatch running = new CountDownLatch(1);
            JobQ jobq = start(idempotency, (receipt, job) -> {
                running.countDown();
                new CountDownLatch(1).await();
                return "never";
            });
            JobHandle handle = jobq.enqueue(charge());
            await().until(() -> running.getCount() == 0);
            handle.cancel();
            await().until(() -> find(handle).state() == JobState.CANCELLED);
            assertThat(isFree()).isTrue();
        }
    }

    @Test
    void optionsAreChecked() {
        assertThatThrownBy(() -> idempotency.retention(Duration.ZERO)).hasMessageContaining("retention must be");
        assertThatThrownBy(() -> idempotency.hold(Duration.ofMillis(999))).hasMessageContaining("hold must be");
        assertThatThrownBy(() -> idempotency.hold(Duration.ofDays(2))).hasMessageContaining("at most 1 d");
        assertThatThrownBy(() -> idempotency.waitWhileInFlight(Duration.ofDays(2)))
                .hasMessageContaining("wait must be at least 0 s and at most 1 d, but is 2 d");
        assertThatThrownBy(() -> idempotency.snoozeWhileInFlight(Duration.ofMillis(-1)))
                .hasMessageContaining("snooze must be");
    }
}
