package io.jobq.benchmarks.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.limits.Limit;
import io.jobq.limits.Rate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LimitVerdictTest {
    private static final long LEASE = 3_000;
    private static final Rate TEN_A_SECOND = new Rate(10, Duration.ofSeconds(1), 3);

    private static LimitVerdict judge(LimitTerms terms, String... lines) {
        return LimitVerdict.of(Arrays.stream(lines).map(Event::parse).toList(), terms, LEASE);
    }

    private static LimitTerms always(String subject, Limit limit) {
        return new LimitTerms(Map.of(subject, limit), Map.of(subject, limit));
    }

    private static LimitVerdict judgeTwo(String... lines) {
        return judge(always("queue", Limit.concurrency(2)), lines);
    }

    @Test
    void acceptsAsManyAtOnceAsMayRun() {
        LimitVerdict verdict = judgeTwo(
                "START 11 w1 a 1 r1 10 queue",
                "START 12 w2 b 1 r2 10 queue",
                "EFFECT 20 w1 a 1 r1",
                "START 22 w1 c 1 r3 20 queue");

        assertThat(verdict.tooMany()).isEmpty();
        assertThat(verdict.reached()).containsExactly("concurrency of queue at first");
        assertThat(verdict.claims()).isEqualTo(3);
    }

    @Test
    void findsOneTooMany() {
        assertThat(judgeTwo(
                                "START 11 w1 a 1 r1 10 queue",
                                "START 12 w2 b 1 r2 10 queue",
                                "START 22 w1 c 1 r3 19 queue",
                                "EFFECT 20 w1 a 1 r1")
                        .tooMany())
                .singleElement()
                .asString()
                .contains("3 at once of queue, of which 2 may run, when c");
    }

    @Test
    void findsASlotOfTheDeadThatIsGivenAwayBeforeTheirLeaseRunsOut() {
        String[] history = {
            "START 11 w1 a 1 r1 10 queue",
            "START 12 w1 b 1 r2 10 queue",
            "KILL 20 w1",
            "START 3012 w2 c 1 r3 3009 queue"
        };
        assertThat(judgeTwo(history).tooMany()).hasSize(1);

        history[3] = "START 3012 w2 c 1 r3 3010 queue";
        assertThat(judgeTwo(history).tooMany()).isEmpty();
    }

    @Test
    void countsALateEndOnlyIfTheStorageTookIt() {
        String[] history = {
            "START 11 w1 a 1 r1 10 queue",
            "START 12 w1 b 1 r2 10 queue",
            "START 3500 w2 c 1 r3 3400 queue",
            "EFFECT 4000 w1 a 1 r1",
            "EFFECT 4000 w1 b 1 r2"
        };
        assertThat(judgeTwo(history).tooMany()).hasSize(1);

        String[] overtaken = Arrays.copyOf(history, history.length + 1);
        overtaken[history.length] = "START 9000 w2 a 2 r4 9000 queue";
        assertThat(judgeTwo(overtaken).tooMany()).isEmpty();
    }

    @Test
    void knowsEachTenantForItselfAndThoseWithALimitOfTheirOwn() {
        LimitTerms terms = always("tenant:", Limit.concurrency(1));
        String[] history = {
            "START 11 w1 a 1 r1 10 tenant:t1", "START 12 w1 b 1 r2 11 tenant:t2", "START 13 w1 c 1 r3 12 tenant:t2"
        };
        assertThat(judge(terms, history).tooMany()).singleElement().asString().contains("tenant:t2");

        Map<String, Limit> own = Map.of("tenant:", Limit.concurrency(1), "tenant:t2", Limit.concurrency(2));
        assertThat(judge(new LimitTerms(own, own), history).tooMany()).isEmpty();
    }

    @Test
    void judgesByTheTermsThatHeldWhenAJobWasClaimed() {
        LimitTerms terms = new LimitTerms(Map.of("queue", Limit.concurrency(2)), Map.of("queue", Limit.concurrency(1)));
        String[] history = {
            "START 11 w1 a 1 r1 10 queue",
            "START 12 w1 b 1 r2 11 queue",
            "CHANGE 20 rules",
            "CHANGED 25 rules",
            "EFFECT 40 w1 a 1 r1",
            "START 51 w1 c 1 r3 50 queue",
            "EFFECT 60 w1 b 1 r2",
            "EFFECT 70 w1 c 1 r3"
        };
        assertThat(judge(terms, history).tooMany()).singleElement().asString().contains("when c");

        history[6] = "EFFECT 50 w1 b 1 r2";
        assertThat(judge(terms, history).tooMany()).isEmpty();
    }

    @Test
    void findsOneStartTooEarly() {
        String[] history = {
            "START 1 w a 1 r 1000 queue",
            "START 1 w b 1 r 1000 queue",
            "START 1 w c 1 r 1000 queue",
            "START 1 w d 1 r 1100 queue",
            "START 1 w e 1 r 1200 queue"
        };
        assertThat(judge(always("queue", Limit.rate(TEN_A_SECOND)), history).tooOften())
                .isEmpty();

        history[4] = "START 1 w e 1 r 1199 queue";
        assertThat(judge(always("queue", Limit.rate(TEN_A_SECOND)), history).tooOften())
                .singleElement()
                .asString()
                .contains("the claim of e");
    }

    @Test
    void complainsOfRunsWhoseClaimItHasNotSeen() {
        assertThat(judgeTwo("START 11 w1 a 1 r1 0 queue", "EFFECT 20 w1 a 1 r1").unseen())
                .hasSize(1);
        assertThat(judgeTwo("START 11 w1 a 1 r1 0 queue", "START 15 w2 a 2 r2 14 queue", "EFFECT 20 w2 a 2 r2")
                        .unseen())
                .isEmpty();
    }

    /** A queue that keeps to its limits, whose workers die now and then; and one that gives away more than it has. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void tellsASoundQueueFromABrokenOne(long seed) {
        LimitTerms terms = always("queue", new Limit(4, TEN_A_SECOND.withBurst(20)));

        LimitVerdict sound = LimitVerdict.of(new Queue(seed, 4, 20, LEASE).run(), terms, LEASE);
        assertThat(sound.tooMany()).as("seed %d", seed).isEmpty();
        assertThat(sound.tooOften()).as("seed %d", seed).isEmpty();
        assertThat(sound.reached()).hasSize(2);

        assertThat(LimitVerdict.of(new Queue(seed, 5, 20, LEASE).run(), terms, LEASE)
                        .tooMany())
                .as("one slot too many, seed %d", seed)
                .isNotEmpty();
        assertThat(LimitVerdict.of(new Queue(seed, 4, 20, LEASE / 2).run(), terms, LEASE)
                        .tooMany())
                .as("slots of the dead are given away too early, seed %d", seed)
                .isNotEmpty();
        assertThat(LimitVerdict.of(new Queue(seed, 4, 21, LEASE).run(), terms, LEASE)
                        .tooOften())
                .as("one start too many in a burst, seed %d", seed)
                .isNotEmpty();
    }

    /** A model of a queue under load, one millisecond after the other. */
    private static final class Queue {
        private final SplittableRandom random;
        private final int slots;
        private final int burst;
        private final long lease;
        private final List<Event> events = new ArrayList<>();
        private final Deque<Long> freeAt = new ArrayDeque<>();
        private long tat;

        Queue(long seed, int slots, int burst, long lease) {
            this.random = new SplittableRandom(seed);
            this.slots = slots;
            this.burst = burst;
            this.lease = lease;
        }

        /** Rests now and then, so that the whole burst comes. */
        List<Event> run() {
            for (long now = 1_000; now < 60_000; now++) {
                long moment = now;
                freeAt.removeIf(free -> free <= moment);
                while (now % 20_000 > 8_000 && freeAt.size() < slots && tat <= now + (burst - 1) * 100L) {
                    claim(now);
                }
            }
            return events;
        }

        private void claim(long now) {
            tat = Math.max(tat, now) + 100;
            String job = "j" + events.size();
            events.add(Event.parse("START " + (now + 1) + " w " + job + " 1 r " + now + " queue"));
            if (random.nextInt(10) == 0) {
                freeAt.add(now + lease); // it dies, and never ends
            } else {
                long end = now + random.nextInt(5, 100);
                freeAt.add(end);
                events.add(Event.parse("EFFECT " + end + " w " + job + " 1 r"));
            }
        }
    }
}
