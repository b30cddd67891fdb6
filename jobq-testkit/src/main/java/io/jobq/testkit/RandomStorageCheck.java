package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.JobSnapshot;
import io.jobq.JobState;
import io.jobq.spi.Applied;
import io.jobq.spi.Claim;
import io.jobq.spi.Exchange;
import io.jobq.spi.InsertResult;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import io.jobq.spi.NewJob;
import io.jobq.spi.Page;
import io.jobq.spi.RenewResult;
import io.jobq.spi.Report;
import io.jobq.spi.Retention;
import io.jobq.spi.Settlement;
import io.jobq.spi.Storage;
import io.jobq.spi.StorageStats.QueueStats;
import io.jobq.spi.WorkerLease;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Drives a storage through random calls beside a naive model, and compares every answer and, after each step, every
 * stored job. A failure tells its seed and its last steps; the system property {@code jobq.seed} repeats it, and
 * {@code jobq.seeds} says how many to try.
 *
 * <p>Time moves by tens of seconds while delays, leases and ages end on five, so a storage with a clock of its own may
 * be checked too, if it can be told to let time pass.
 */
public final class RandomStorageCheck {
    private static final String SEED_PROPERTY = "jobq.seed";
    private static final String SEEDS_PROPERTY = "jobq.seeds";
    private static final int STEPS_TOLD = 25;
    private static final int CALLS_AT_MOST = 10_000;

    private final StorageFactory factory;

    /** Checks storages of this factory. */
    public RandomStorageCheck(StorageFactory factory) {
        this.factory = factory;
    }

    /**
     * Runs with several seeds, different ones each time; with only one if {@code jobq.seed} is set.
     *
     * @param seeds how many runs, if {@code jobq.seeds} says nothing else
     * @param steps random calls in each
     */
    public void runMany(int seeds, int steps) {
        Long chosen = Long.getLong(SEED_PROPERTY);
        long first = chosen != null ? chosen : new Random().nextInt(Integer.MAX_VALUE);
        int runs = chosen != null ? 1 : Integer.getInteger(SEEDS_PROPERTY, seeds);
        for (long seed = first; seed < first + runs; seed++) {
            run(seed, steps);
        }
    }

    /** Runs with one seed. */
    public void run(long seed, int steps) {
        ManualClock clock = new ManualClock();
        Random random = new Random(seed);
        Retention retention = new Retention(
                1 + random.nextInt(6), Duration.ofSeconds(65), 1 + random.nextInt(6), Duration.ofSeconds(125));
        try (Storage storage = factory.create(retention, clock)) {
            long start = factory.now(clock).toEpochMilli();
            StorageModel model = new StorageModel(retention, storage.admin(), start);
            new Run(seed, new RandomCalls(random, start), storage, model, clock).run(steps);
        }
    }

    private final class Run {
        private final long seed;
        private final RandomCalls calls;
        private final Storage storage;
        private final StorageModel model;
        private final ManualClock clock;
        private final Deque<String> told = new ArrayDeque<>();
        /** Apart, so that a seed makes the same calls of a storage that forgets nothing. */
        private final Random failovers;

        private @Nullable Runnable earlierStorage;
        private @Nullable Runnable earlierModel;

        Run(long seed, RandomCalls calls, Storage storage, StorageModel model, ManualClock clock) {
            this.seed = seed;
            this.calls = calls;
            this.storage = storage;
            this.model = model;
            this.clock = clock;
            this.failovers = new Random(seed);
        }

        void run(int steps) {
            // on a slow machine a storage's own clock runs away from the model's; what is due is then anybody's guess
            for (int step = 0;
                    step < steps && model.drift(factory.now(clock)) < StorageModel.DRIFT_AT_MOST - 500;
                    step++) {
                try {
                    goBackOrRemember();
                    step();
                    compareAll();
                } catch (RuntimeException | AssertionError e) {
                    throw new AssertionError(
                            "step " + step + " of seed " + seed + " (repeat with -D" + SEED_PROPERTY + "=" + seed
                                    + "): " + e.getMessage() + "\nlast steps:\n" + String.join("\n", told),
                            e);
                }
            }
        }

        /** The storage loses a few of its last changes, as at a failover; now and then, if it can. */
        private void goBackOrRemember() {
            int chance = failovers.nextInt(20);
            if (chance == 0) {
                tell("remember");
                earlierStorage = factory.remember(storage);
                earlierModel = model.remember();
            } else if (chance == 1 && earlierStorage != null && earlierModel != null) {
                tell("go back to what was remembered");
                earlierStorage.run();
                earlierModel.run();
                sweep(); // which makes queues known again
            }
        }

        private void step() {
            switch (calls.pick(13)) {
                case 0, 1, 2 -> insert(calls.newJobs());
                case 3, 4, 5, 6 -> exchange(calls.settlements(), calls.claim());
                case 7 -> renew(calls.worker(), calls.reports());
                case 8 -> sweep();
                case 9 -> apply(calls.action());
                case 10 -> pass(calls.time());
                case 11 -> pause(calls.queue(), calls.pick(3) == 0);
                default -> list(calls.filter(), calls.pageSize());
            }
        }

        private void tell(String step) {
            told.add("  " + step);
            if (told.size() > STEPS_TOLD) {
                told.remove();
            }
        }

        private void insert(List<NewJob> jobs) {
            tell("insert " + jobs);
            List<InsertResult> answered = storage.jobs().insert(jobs);
            assertThat(answered).isEqualTo(model.insert(jobs));
        }

        private void exchange(List<Settlement> done, Claim want) {
            tell("exchange " + done + " for " + want);
            Exchange answer = storage.jobs().exchange(done, want);
            model.exchanged(done, want, answer);
            calls.saw(answer.claimed());
        }

        private void renew(WorkerLease worker, List<Report> reports) {
            tell("renew " + reports);
            List<RenewResult> expected =
                    reports.stream().map(report -> model.renew(worker, report)).toList();
            assertThat(storage.jobs().renew(worker, reports)).isEqualTo(expected);
        }

        private void sweep() {
            tell("sweep");
            var answer = storage.jobs().sweep(CALLS_AT_MOST);
            assertThat(answer).isEqualTo(model.sweep());
        }

        private void apply(JobAction action) {
            JobFilter filter = calls.filterFor(action);
            tell("apply " + action + " to " + filter);
            int count = 0;
            int pageSize = calls.pageSize();
            String cursor = null;
            for (int i = 0; i == 0 || cursor != null; i++) {
                Applied applied = storage.admin().apply(filter, action, cursor, pageSize);
                count += applied.count();
                cursor = applied.next();
                assertThat(i).as("calls of %s", action).isLessThan(CALLS_AT_MOST);
            }
            model.applied(filter, action, count);
        }

        private void pause(String queue, boolean stop) {
            tell((stop ? "pause " : "resume ") + queue);
            boolean changed = model.paused.contains(queue) != stop;
            assertThat(storage.admin().pause(queue, stop)).isEqualTo(changed);
            model.pause(queue, stop);
        }

        private void pass(Duration time) {
            tell("pass " + time);
            factory.pass(clock, time);
            model.pass(time);
        }

        private void list(JobFilter filter, int pageSize) {
            tell("list " + filter + " by " + pageSize);
            compare(filter, pageSize);
        }

        private void compareAll() {
            compare(JobFilter.ALL, 100);
            Map<String, QueueStats> stats = storage.admin().stats().queues();
            assertThat(stats.keySet()).as("queues").isEqualTo(model.queues);
            stats.forEach(this::compareStats);
        }

        private void compareStats(String queue, QueueStats stats) {
            for (JobState state : JobState.values()) {
                assertThat(stats.count(state))
                        .as("%s jobs of queue '%s'", state, queue)
                        .isEqualTo(model.all(j -> j.queue.equals(queue) && j.state == state)
                                .size());
            }
            Map<String, Long> parked = new HashMap<>();
            model.all(j -> j.queue.equals(queue) && j.parked).forEach(j -> parked.merge(j.job.type(), 1L, Long::sum));
            assertThat(stats.parked()).isEqualTo(parked);
            assertThat(stats.paused()).as("whether '%s' is paused", queue).isEqualTo(model.paused.contains(queue));
            assertThat(stats.oldestReady() != null)
                    .as("whether a job is ready in '%s'", queue)
                    .isEqualTo(!model.all(j -> j.queue.equals(queue) && j.isClaimable())
                            .isEmpty());
        }

        private void compare(JobFilter filter, int pageSize) {
            List<JobSnapshot> listed = listAll(filter, pageSize);
            assertThat(listed).extracting(JobSnapshot::id).doesNotHaveDuplicates();
            assertThat(listed.size())
                    .as("jobs that match %s", filter)
                    .isEqualTo(model.all(j -> j.matches(filter)).size());
            List<ModelJob> before = new ArrayList<>();
            for (JobSnapshot each : listed) {
                ModelJob job = Objects.requireNonNull(model.find(each.id()), () -> each.id() + " is not in the model");
                assertThat(job.matches(filter))
                        .as("%s matches %s", each, filter)
                        .isTrue();
                job.assertSameAs(each);
                if (filter.ids().isEmpty()) {
                    before.forEach(earlier -> assertOrder(earlier, job));
                }
                before.add(job);
            }
        }

        private void assertOrder(ModelJob listed, ModelJob after) {
            if (listed.queue.equals(after.queue) && listed.state == after.state && after.isBefore(listed)) {
                throw new AssertionError(listed + " is listed before " + after);
            }
        }

        private List<JobSnapshot> listAll(JobFilter filter, int pageSize) {
            List<JobSnapshot> listed = new ArrayList<>();
            @Nullable String cursor = null;
            do {
                Page page = storage.admin().list(filter, cursor, pageSize);
                listed.addAll(page.jobs());
                assertThat(listed.size()).as("jobs listed").isLessThan(CALLS_AT_MOST);
                cursor = page.next();
            } while (cursor != null);
            return listed;
        }
    }
}
