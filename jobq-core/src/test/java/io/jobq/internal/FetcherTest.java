package io.jobq.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.JobId;
import io.jobq.JobSnapshot;
import io.jobq.JobState;
import io.jobq.WorkerOptions;
import io.jobq.spi.Claim;
import io.jobq.spi.Exchange;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.Exchange.SettleResult;
import io.jobq.spi.InsertResult;
import io.jobq.spi.JobOptions;
import io.jobq.spi.JobStore;
import io.jobq.spi.Lease;
import io.jobq.spi.NewJob;
import io.jobq.spi.OngoingExchange;
import io.jobq.spi.Payload;
import io.jobq.spi.RenewResult;
import io.jobq.spi.Report;
import io.jobq.spi.Settlement;
import io.jobq.spi.Signal;
import io.jobq.spi.StorageException;
import io.jobq.spi.Subscription;
import io.jobq.spi.SweepResult;
import io.jobq.spi.WorkerLease;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** How rounds overlap when the storage takes its time, on one thread: what would happen meanwhile is done by hand. */
class FetcherTest {
    private static final int SLOTS = 10;

    private final List<String> events = new ArrayList<>();
    private final List<Claim> claims = new ArrayList<>();
    private final List<Claimed> running = new ArrayList<>();
    private Runnable meanwhile = () -> {};
    private int failing;
    private int left;

    private final Fetcher fetcher = new Fetcher(
            new SlowStore(),
            new Slots10(),
            new WorkerLease("w", Duration.ofSeconds(30)),
            WorkerOptions.DEFAULT.withQueues(Map.of("default", 1)),
            Set.of("t"));

    /** A storage with jobs, each of whose answers comes while somebody waits for it. */
    private final class SlowStore implements JobStore {
        @Override
        public OngoingExchange begin(List<Settlement> done, Claim want) {
            int round = claims.size();
            claims.add(want);
            events.add("begin " + round + " settles " + done.size());
            return new OngoingExchange() {
                @Override
                public Exchange answer() {
                    events.add("answer " + round);
                    if (round == failing - 1) {
                        throw new StorageException("lost on purpose");
                    }
                    return exchange(done, want);
                }

                @Override
                public boolean isAnswered() {
                    return false;
                }

                @Override
                public void await() {
                    meanwhile.run();
                }
            };
        }

        @Override
        public Exchange exchange(List<Settlement> done, Claim want) {
            List<SettleResult> settled =
                    done.stream().map(each -> SettleResult.APPLIED).toList();
            List<Claimed> claimed = new ArrayList<>();
            for (; left > 0 && claimed.size() < want.limit(); left--) {
                claimed.add(job());
            }
            return new Exchange(settled, claimed, null, Set.of());
        }

        private Claimed job() {
            NewJob job = new NewJob(JobId.next(), "default", "t", new Payload(1, new byte[0]), JobOptions.DEFAULT);
            JobSnapshot.Times times = new JobSnapshot.Times(Instant.EPOCH, Instant.EPOCH, Instant.EPOCH, null);
            return new Claimed(
                    new Lease("default", job.id(), 1, 0),
                    new JobSnapshot(
                            job,
                            JobState.RUNNING,
                            1,
                            0,
                            times,
                            JobSnapshot.Progress.NONE,
                            List.of(),
                            List.of(),
                            null,
                            null,
                            null));
        }

        @Override
        public List<InsertResult> insert(List<NewJob> jobs) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<RenewResult> renew(WorkerLease worker, List<Report> held) {
            throw new UnsupportedOperationException();
        }

        @Override
        public SweepResult sweep(int limit) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Subscription listen(Set<Signal.Kind> kinds, Consumer<Signal> hint) {
            throw new UnsupportedOperationException();
        }
    }

    private final class Slots10 implements Fetcher.Owner {
        @Override
        public int free() {
            return SLOTS - running.size();
        }

        @Override
        public void start(List<Claimed> jobs) {
            events.add("start " + jobs.size());
            running.addAll(jobs);
            assertThat(running).as("running jobs").hasSizeLessThanOrEqualTo(SLOTS);
        }

        @Override
        public void answered(long tookNanos) {
            assertThat(tookNanos).isNotNegative();
        }

        @Override
        public void settled(Fetcher.Done done, SettleResult result) {
            assertThat(result).isEqualTo(SettleResult.APPLIED);
        }
    }

    private void finish(int jobs) {
        for (int i = 0; i < jobs; i++) {
            Claimed job = running.remove(0);
            Settlement end = new Settlement.Succeeded(job.lease(), Report.NOTHING, null);
            fetcher.settle(new Fetcher.Done(job, null, end));
        }
    }

    /** All slots run jobs of a queue that has many more. */
    private void fill() {
        left = 1_000;
        fetcher.exchange();
        assertThat(running).hasSize(SLOTS);
        events.clear();
        claims.clear();
    }

    @Test
    void beginsTheNextRoundBeforeItTakesOnTheJobsOfTheLast() {
        fill();
        finish(4);
        meanwhile = () -> finish(claims.size() == 1 ? 6 : 0);
        fetcher.exchange();
        assertThat(events)
                .containsExactly(
                        "begin 0 settles 4", "begin 1 settles 6", "answer 0", "start 4", "answer 1", "start 6");
        assertThat(claims).extracting(Claim::limit).containsExactly(4, 6);
        assertThat(fetcher.isDrained()).isTrue();
    }

    @Test
    void sendsNoCrumbs() {
        fill();
        finish(6);
        meanwhile = () -> finish(claims.size() == 1 ? 2 : 0);
        fetcher.exchange();
        assertThat(events).containsExactly("begin 0 settles 6", "answer 0", "start 6");
        assertThat(fetcher.isDrained()).isFalse();
        fetcher.exchange();
        assertThat(fetcher.isDrained()).isTrue();
    }

    @Test
    void asksForNothingThatItMayHaveGotAlready() {
        left = 3;
        fetcher.exchange();
        assertThat(events).containsExactly("begin 0 settles 0", "answer 0", "start 3");
    }

    @Test
    void sendsAgainWhatARoundHasNotSettledThoughTheNextHas() {
        fill();
        finish(4);
        failing = 1;
        meanwhile = () -> finish(claims.size() == 1 ? 6 : 0);
        fetcher.exchange();
        assertThat(events).containsExactly("begin 0 settles 4", "begin 1 settles 6", "answer 0", "answer 1", "start 6");
        assertThat(fetcher.isDrained()).isFalse();
        events.clear();
        fetcher.exchange();
        assertThat(events).containsExactly("begin 2 settles 4", "answer 2", "start 4");
        assertThat(fetcher.isDrained()).isTrue();
    }

    @Test
    void claimsNothingMoreOnceItIsQuiet() {
        fill();
        finish(4);
        fetcher.quiet();
        meanwhile = () -> finish(claims.size() == 1 ? 6 : 0);
        fetcher.exchange();
        assertThat(claims).extracting(Claim::limit).containsOnly(0);
        assertThat(running).isEmpty();
        assertThat(fetcher.isDrained()).isTrue();
    }

    @Test
    void waitsLongerAfterEachFailureButNeverLong() {
        long last = 0;
        for (int failures = 1; failures <= 200; failures++) {
            long wait = Fetcher.backoff(failures);
            assertThat(wait).isBetween(Math.max(last, 1), Duration.ofSeconds(1).toNanos());
            last = wait;
        }
        assertThat(Fetcher.backoff(1)).isLessThan(Duration.ofMillis(100).toNanos());
    }
}
