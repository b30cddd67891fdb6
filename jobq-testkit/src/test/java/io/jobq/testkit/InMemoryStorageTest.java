package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.JobId;
import io.jobq.JobState;
import io.jobq.limits.Limit;
import io.jobq.limits.Rate;
import io.jobq.memory.InMemoryStorage;
import io.jobq.spi.Exchange;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import io.jobq.spi.Retention;
import io.jobq.spi.Rule;
import io.jobq.spi.Storage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class InMemoryStorageTest extends JobStoreContract {
    @Override
    public Storage create(Retention retention, ManualClock clock) {
        return new InMemoryStorage(retention, clock);
    }

    @Test
    void agreesWithTheModel() {
        new RandomStorageCheck(this).runMany(200, 300);
    }

    @Nested
    class AClockThatStepsBack {
        @Test
        void delaysButLosesNothing() {
            JobId delayed = insert(job(delayed(Duration.ofSeconds(10)))).get(0);
            JobId ready = insert(1).get(0);
            Claimed claimed = claimOne();
            clock.advance(Duration.ofHours(-1));
            assertThat(exchange(List.of(), 1).nextDue()).isEqualTo(Duration.ofSeconds(3_610));
            assertThat(jobs().sweep(10).reclaimed()).isZero();
            apply(succeeded(claimed));
            JobId late = insert(1).get(0);
            clock.advance(Duration.ofSeconds(3_611));

            assertThat(claimed.job().id()).isEqualTo(ready);
            assertThat(ids(claim(10))).containsExactly(late, delayed);
        }

        @Test
        void finishedJobsStayOrderedByTimeAndPagedThroughOnce() {
            List<JobId> ids = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                ids.add(settledJob(ContractFixtures::discard));
                clock.advance(Duration.ofSeconds(i % 5 == 4 ? -9 : 2));
            }

            List<JobId> listed = listAll(JobFilter.ALL.withStates(JobState.DEAD), 3);
            assertThat(listed).containsExactlyInAnyOrderElementsOf(ids);
            assertThat(listed)
                    .isSortedAccordingTo(Comparator.comparing(
                            id -> Objects.requireNonNull(find(id).times().finished())));
        }

        @Test
        void nothingReadyHasANegativeAge() {
            insert(1);
            clock.advance(Duration.ofHours(-1));

            assertThat(admin().stats().queues().values())
                    .allSatisfy(stats -> assertThat(stats.oldestReady()).isEqualTo(Duration.ZERO));
        }
    }

    @Nested
    class LimitsToTheMillisecond {
        @Test
        void noStartIsTooEarlyOrLate() {
            Rate rate = new Rate(3, Duration.ofSeconds(1), 2);
            for (Rule.Target target : RateContract.TARGETS) {
                reopen(Retention.DEFAULT);
                limit(target, Limit.rate(rate));
                insertLimited(20);
                List<Long> starts = new ArrayList<>();
                Instant begin = clock.instant();
                for (int i = 0; i < 18; i++) {
                    Exchange exchange = exchange(List.of(), 20);
                    long at = Duration.between(begin, clock.instant()).toMillis();
                    exchange.claimed().forEach(job -> starts.add(at));
                    clock.advance(Objects.requireNonNull(exchange.nextDue()));
                }
                assertThat(starts.subList(0, 6)).as("%s", target).containsExactly(0L, 0L, 334L, 667L, 1_001L, 1_334L);
                assertThat(starts).as("%s", target).hasSize(19);
            }
        }

        @Test
        void anySpanHasNoMoreStartsThanTheRateAllows() {
            Random random = new Random(1);
            for (int round = 0; round < 50; round++) {
                reopen(Retention.DEFAULT);
                Rate rate = new Rate(
                        1 + random.nextInt(20), Duration.ofMillis(1 + random.nextInt(5_000)), 1 + random.nextInt(5));
                rule(Rule.Target.TYPE, TYPE, Limit.rate(rate));
                insert(100);
                List<Long> starts = new ArrayList<>();
                for (int i = 0; i < 50; i++) {
                    claim(random.nextInt(5)).forEach(job -> starts.add(clock.millis()));
                    clock.advance(Duration.ofMillis(random.nextInt(500)));
                }
                for (int from = 0; from < starts.size(); from++) {
                    for (int to = from; to < starts.size(); to++) {
                        long micros = (starts.get(to) - starts.get(from)) * 1_000;
                        assertThat((long) to - from + 1)
                                .as("starts of %s in %d us", rate, micros)
                                .isLessThanOrEqualTo(micros / rate.intervalMicros() + rate.burst());
                    }
                }
            }
        }
    }

    @Nested
    class RingLines {
        @Test
        void jobsLeaveFromAnywhere() {
            List<JobId> ids = insert(1_000);
            List<Claimed> claimed = claim(1_000);
            for (int i = 0; i < 1_000; i += 7) {
                apply(snooze(claimed.get(i), Duration.ofMinutes(1)));
            }
            for (int i = 999; i >= 0; i -= 3) {
                settle(succeeded(claimed.get(i)));
            }

            List<JobId> left = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                if (i % 7 != 0 && i % 3 != 0) {
                    left.add(ids.get(i));
                }
            }
            assertThat(listAll(JobFilter.ALL.withStates(JobState.RUNNING), 11)).isEqualTo(left);
        }
    }

    @Nested
    class AnyIds {
        private final Random random = new Random(1);

        @Test
        void areFoundAndDeletedWhateverTheirBits() {
            List<JobId> ids = new ArrayList<>();
            for (int i = 0; i < 4_000; i++) {
                ids.add(new JobId(0, i));
                ids.add(new JobId((long) i << 16 | 0x7000, 1L << 63 | i));
                ids.add(JobId.of(new UUID(random.nextLong(), random.nextLong())));
                ids.add(JobId.next());
            }
            ids.forEach(id -> insert(new NewJob(id, QUEUE, TYPE, payload(""), JobOptions.DEFAULT)));
            assertThat(ids).allMatch(id -> find(id).id().equals(id));

            List<JobId> half = ids.subList(0, ids.size() / 2);
            admin().apply(JobFilter.ALL.withIds(Set.copyOf(half)), new JobAction.Delete(), null, half.size());
            assertThat(half).allMatch(id -> admin().find(id).isEmpty());
            assertThat(ids(claim(ids.size()))).isEqualTo(ids.subList(half.size(), ids.size()));
        }
    }
}
