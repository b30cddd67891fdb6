package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.JobId;
import io.jobq.idempotency.IdempotencyStore;
import io.jobq.idempotency.IdempotencyStore.Begun;
import io.jobq.idempotency.IdempotencyStore.Completed;
import io.jobq.idempotency.IdempotencyStore.InFlight;
import io.jobq.idempotency.IdempotencyStore.Run;
import io.jobq.idempotency.IdempotencyStore.Started;
import io.jobq.spi.Payload;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * What every {@link IdempotencyStore} keeps, as tests. A store's test class extends this one and says how to make an empty
 * store on a clock; it closes what it has opened.
 */
public abstract class IdempotencyStoreContract {
    private static final Duration HOLD = Duration.ofSeconds(30);
    private static final Duration RETENTION = Duration.ofHours(1);
    private static final String KEY = "charge:order-1";
    private static final Payload RESULT = payload("\"receipt-1\"");

    private final Run run = new Run(JobId.next(), 7);
    private final Run successor = new Run(run.job(), 8);
    private final Run other = new Run(JobId.next(), 3);

    private ManualClock clock = new ManualClock();

    @Nullable
    private IdempotencyStore current;

    /** For subclasses. */
    protected IdempotencyStoreContract() {}

    /** A new, empty store for whom time passes as this clock is moved. */
    protected abstract IdempotencyStore create(ManualClock clock);

    @BeforeEach
    void open() {
        clock = new ManualClock();
        current = create(clock);
    }

    private IdempotencyStore store() {
        if (current == null) {
            throw new IllegalStateException("no store is open");
        }
        return current;
    }

    private static Payload payload(String text) {
        return new Payload(1, text.getBytes(StandardCharsets.UTF_8));
    }

    private Begun begin(Run by) {
        return store().begin(KEY, by, HOLD);
    }

    private boolean complete(Run by) {
        return store().complete(KEY, by, RESULT, RETENTION);
    }

    private void assertStarted(Run by) {
        assertThat(begin(by)).isEqualTo(new Started());
    }

    private void assertInFlight(Run by, Run holder) {
        assertThat(begin(by)).isInstanceOfSatisfying(InFlight.class, found -> {
            assertThat(found.by()).isEqualTo(holder);
            assertThat(found.left()).isPositive().isLessThanOrEqualTo(HOLD);
        });
    }

    private void assertCompleted(Run by, Run first) {
        assertThat(begin(by)).isEqualTo(new Completed(first, RESULT));
    }

    @Nested
    class Runs {
        @Test
        void theFirstStartsAndOthersFindItInFlight() {
            assertStarted(run);
            assertInFlight(other, run);
            assertInFlight(other, run);
        }

        @Test
        void othersAndRedeliveriesGetTheResult() {
            assertStarted(run);
            assertThat(complete(run)).isTrue();
            assertCompleted(other, run);
            assertCompleted(successor, run);
            assertCompleted(run, run);
        }

        @Test
        void aFailedRunLeavesTheKeyFree() {
            assertStarted(run);
            assertThat(store().abandon(KEY, run)).isTrue();
            assertStarted(other);
        }

        @Test
        void keysAreApart() {
            assertStarted(run);
            assertThat(store().begin(KEY + " ", other, HOLD)).isEqualTo(new Started());
            assertThat(store().begin(KEY.toUpperCase(java.util.Locale.ROOT), other, HOLD))
                    .isEqualTo(new Started());
            assertInFlight(other, run);
        }
    }

    @Nested
    class Fencing {
        @Test
        void aHigherTokenOfTheSameJobTakesOverAtOnce() {
            assertStarted(run);
            assertStarted(successor);
            assertInFlight(run, successor);
            assertInFlight(other, successor);
        }

        @Test
        void tokensOfOtherJobsMeanNothing() {
            assertStarted(other);
            assertInFlight(new Run(run.job(), Long.MAX_VALUE >> 11), other);
        }

        @Test
        void aStaleRunChangesNothing() {
            assertStarted(run);
            assertStarted(successor);
            assertThat(store().complete(KEY, run, payload("\"stale\""), RETENTION))
                    .isFalse();
            assertThat(store().abandon(KEY, run)).isFalse();
            assertInFlight(other, successor);

            assertThat(complete(successor)).isTrue();
            assertThat(store().complete(KEY, run, payload("\"stale\""), RETENTION))
                    .isFalse();
            assertThat(store().abandon(KEY, run)).isFalse();
            assertCompleted(other, successor);
        }

        @Test
        void largeTokensAreToldApart() {
            long large = (1L << 53) - 2;
            Run before = new Run(run.job(), large);
            assertStarted(before);
            assertStarted(new Run(run.job(), large + 1));
            assertInFlight(before, new Run(run.job(), large + 1));
        }

        @Test
        void theFirstResultStands() {
            assertStarted(run);
            assertThat(complete(run)).isTrue();
            for (Run late : List.of(other, successor)) {
                assertThat(store().complete(KEY, late, payload("\"late\""), RETENTION))
                        .isFalse();
                assertThat(store().abandon(KEY, late)).isFalse();
            }
            assertThat(store().abandon(KEY, run)).as("not in flight any more").isFalse();
            assertCompleted(other, run);
        }

        @Test
        void whoDoesNotHoldTheKeyCannotFreeIt() {
            assertThat(store().abandon(KEY, run)).isFalse();
            assertStarted(run);
            assertThat(store().abandon(KEY, other)).isFalse();
            assertThat(store().abandon(KEY, successor)).isFalse();
            assertInFlight(other, run);
        }
    }

    @Nested
    class Repeats {
        @Test
        void beginningAgainProlongsTheHold() {
            assertStarted(run);
            clock.advance(HOLD.minusSeconds(2));
            assertStarted(run);
            clock.advance(HOLD.minusSeconds(2));
            assertInFlight(other, run);
            clock.advance(Duration.ofSeconds(3));
            assertStarted(other);
        }

        @Test
        void completingAgainIsAnsweredAsTheFirstTimeAndChangesNothing() {
            assertStarted(run);
            assertThat(complete(run)).isTrue();
            assertThat(store().complete(KEY, run, payload("\"second\""), RETENTION))
                    .isTrue();
            assertCompleted(other, run);
        }

        @Test
        void abandoningAgainHarmsNobody() {
            assertStarted(run);
            assertThat(store().abandon(KEY, run)).isTrue();
            assertStarted(other);
            assertThat(store().abandon(KEY, run)).isFalse();
            assertInFlight(run, other);
        }
    }

    @Nested
    class Time {
        @Test
        void aHoldRunsOut() {
            assertStarted(run);
            clock.advance(HOLD.minusSeconds(2));
            assertInFlight(other, run);
            clock.advance(Duration.ofSeconds(3));
            assertStarted(other);
        }

        @Test
        void aRunWhoseHoldRanOutMayStillBeTheFirstToComplete() {
            assertStarted(run);
            clock.advance(HOLD.plusSeconds(1));
            assertThat(complete(run)).isTrue();
            assertCompleted(other, run);
        }

        @Test
        void butNotWhenAnotherHasTheKeyMeanwhile() {
            assertStarted(run);
            clock.advance(HOLD.plusSeconds(1));
            assertStarted(other);
            assertThat(complete(run)).isFalse();
            assertThat(complete(other)).isTrue();
            assertCompleted(run, other);
        }

        @Test
        void aResultIsRememberedForItsRetention() {
            assertStarted(run);
            assertThat(complete(run)).isTrue();
            clock.advance(RETENTION.minusSeconds(2));
            assertCompleted(other, run);
            clock.advance(Duration.ofSeconds(3));
            assertStarted(other);
        }

        @Test
        void veryLongAndVeryShortTimesWork() {
            Duration longest = Duration.ofSeconds(Long.MAX_VALUE);
            assertThat(store().begin(KEY, run, longest)).isEqualTo(new Started());
            assertThat(store().complete(KEY, run, RESULT, longest)).isTrue();
            clock.advance(Duration.ofDays(36_500));
            assertCompleted(other, run);

            assertThat(store().begin("short", run, Duration.ofNanos(1))).isEqualTo(new Started());
            clock.advance(Duration.ofMillis(1));
            assertThat(store().begin("short", other, HOLD)).isEqualTo(new Started());
        }
    }

    @Nested
    class Results {
        @Test
        void comeBackByteForByte() {
            byte[] all = new byte[70_000];
            for (int i = 0; i < all.length; i++) {
                all[i] = (byte) i;
            }
            List<Payload> results =
                    List.of(payload(""), payload("null"), payload(" } {\"x\":1}\n"), new Payload(3, all));
            for (Payload result : results) {
                String key = "result " + results.indexOf(result);
                assertThat(store().begin(key, run, HOLD)).isEqualTo(new Started());
                assertThat(store().complete(key, run, result, RETENTION)).isTrue();
                assertThat(store().begin(key, other, HOLD)).isEqualTo(new Completed(run, result));
            }
        }

        @Test
        void nullIsAResult() {
            assertStarted(run);
            assertThat(store().complete(KEY, run, null, RETENTION)).isTrue();
            assertThat(begin(other)).isEqualTo(new Completed(run, null));
        }
    }

    @Nested
    class HostileKeys {
        @Test
        void anyTextWorks() {
            List<String> keys = List.of(
                    " ",
                    "a\nb\r\n",
                    "\0",
                    "ä€😀",
                    "{a}",
                    "}{",
                    "*?[x]",
                    "%s%d",
                    "\"'; DROP",
                    "k".repeat(10_240),
                    "k".repeat(IdempotencyStore.MAX_KEY_LENGTH));
            for (String key : keys) {
                assertThat(store().begin(key, run, HOLD)).as(key).isEqualTo(new Started());
            }
            for (String key : keys) {
                assertThat(store().begin(key, other, HOLD)).as(key).isInstanceOf(InFlight.class);
                assertThat(store().complete(key, run, payload(key), RETENTION)).isTrue();
                assertThat(store().begin(key, other, HOLD)).isEqualTo(new Completed(run, payload(key)));
            }
        }

        @Test
        void whatCannotWorkIsRefused() {
            assertRefused("", "1 to 16384 characters");
            assertRefused("k".repeat(IdempotencyStore.MAX_KEY_LENGTH + 1), "'kkk", "has 16385");
            assertRefused("half\ud83d", "half a surrogate pair");
        }

        private void assertRefused(String key, String... message) {
            assertThatThrownBy(() -> store().begin(key, run, HOLD))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll(message);
            assertThatThrownBy(() -> store().complete(key, run, null, RETENTION))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> store().abandon(key, run)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Nested
    class ManyThreads {
        private static final int THREADS = 8;
        private static final int KEYS = 200;

        @Test
        void exactlyOneStartsPerKeyAndAllAgreeOnItsResult() throws Exception {
            Set<String> started = ConcurrentHashMap.newKeySet();
            Set<String> twice = ConcurrentHashMap.newKeySet();
            CountDownLatch together = new CountDownLatch(THREADS);
            ExecutorService pool = Executors.newFixedThreadPool(THREADS);
            try {
                List<Future<?>> all = new ArrayList<>();
                for (int i = 0; i < THREADS; i++) {
                    all.add(pool.submit(() -> {
                        together.countDown();
                        together.await();
                        race(started, twice);
                        return null;
                    }));
                }
                for (Future<?> each : all) {
                    each.get();
                }
            } finally {
                pool.shutdownNow();
            }
            assertThat(started).hasSize(KEYS);
            assertThat(twice).isEmpty();
        }

        private void race(Set<String> started, Set<String> twice) {
            Run mine = new Run(JobId.next(), 1);
            for (int i = 0; i < KEYS; i++) {
                String key = "key " + i;
                if (store().begin(key, mine, HOLD) instanceof Started) {
                    if (!started.add(key)) {
                        twice.add(key);
                    }
                    assertThat(store().complete(key, mine, payload(mine.job().toString()), RETENTION))
                            .isTrue();
                }
                while (store().begin(key, mine, HOLD) instanceof InFlight) {
                    Thread.onSpinWait();
                }
                Completed completed = (Completed) store().begin(key, mine, HOLD);
                assertThat(completed.result())
                        .isEqualTo(payload(completed.by().job().toString()));
            }
        }
    }
}
