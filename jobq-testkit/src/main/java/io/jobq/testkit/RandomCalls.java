package io.jobq.testkit;

import io.jobq.AttemptError;
import io.jobq.JobId;
import io.jobq.JobState;
import io.jobq.Priority;
import io.jobq.spi.Claim;
import io.jobq.spi.Due;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import io.jobq.spi.JobOptions;
import io.jobq.spi.Lease;
import io.jobq.spi.NewJob;
import io.jobq.spi.Payload;
import io.jobq.spi.Report;
import io.jobq.spi.Settlement;
import io.jobq.spi.UniqueKey;
import io.jobq.spi.UniqueKey.Until;
import io.jobq.spi.WorkerLease;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes up calls: few queues, types and keys, so that jobs meet; leases of any age, so that many are stale. */
final class RandomCalls {
    private static final List<String> QUEUES = List.of("mail", "a:b c", "ü");
    private static final List<String> TYPES = List.of("send", "print", "x:y");
    private static final List<String> KEYS = List.of("k1", "k2", "k:3");
    private static final List<String> TENANTS = List.of("acme", "b\"c", "5");
    private static final List<String> ERRORS = List.of("java.io.IOException", "com.example.Oops");

    private final Random random;
    private final Instant start;
    private long passed;
    private final List<NewJob> inserted = new ArrayList<>();
    /** Those whose insert may be repeated: none that may since have been moved to another queue. */
    private final List<NewJob> repeatable = new ArrayList<>();

    private final List<Lease> leases = new ArrayList<>();
    private final List<Settlement> sent = new ArrayList<>();

    RandomCalls(Random random, long start) {
        this.random = random;
        this.start = Instant.ofEpochMilli(start);
    }

    int pick(int bound) {
        return random.nextInt(bound);
    }

    private <T> T oneOf(List<T> some) {
        return some.get(pick(some.size()));
    }

    private boolean chance(int percent) {
        return pick(100) < percent;
    }

    private <T> @Nullable T maybe(int percent, Supplier<T> value) {
        return chance(percent) ? value.get() : null;
    }

    /** Remembers leases, to settle and renew them now, later, or twice. */
    void saw(List<Claimed> claimed) {
        claimed.forEach(c -> leases.add(c.lease()));
    }

    /** A repeated one comes first: whether another of the batch makes retention delete it is then no question. */
    List<NewJob> newJobs() {
        List<NewJob> jobs = new ArrayList<>();
        if (!repeatable.isEmpty() && chance(30)) {
            jobs.add(oneOf(repeatable));
        }
        for (int i = pick(5); i >= 0; i--) {
            NewJob job = newJob();
            inserted.add(job);
            repeatable.add(job);
            jobs.add(job);
        }
        return jobs;
    }

    private NewJob newJob() {
        JobId id = JobId.of(new UUID(random.nextLong(), random.nextLong()));
        JobOptions options = JobOptions.DEFAULT.withPriority(priority()).withDue(due());
        options = chance(40) ? options.withUnique(uniqueKey()) : options;
        options = chance(40) ? options.withTenant(oneOf(TENANTS)) : options;
        options = chance(20) ? options.withLimitKey(oneOf(KEYS)) : options;
        return new NewJob(id, oneOf(QUEUES), oneOf(TYPES), payload(), options);
    }

    /** Windows end between two steps of time. */
    private UniqueKey uniqueKey() {
        Until until = oneOf(List.of(Until.values()));
        Duration window = until == Until.WINDOW ? Duration.ofSeconds(15 + 10L * pick(6)) : null;
        return new UniqueKey(oneOf(KEYS), until, window, chance(40));
    }

    private Payload payload() {
        return new Payload(1 + pick(3), ("{\"n\":" + pick(1_000) + "}").getBytes(StandardCharsets.UTF_8));
    }

    private Priority priority() {
        return new Priority(4 + pick(3));
    }

    private Due due() {
        return switch (pick(6)) {
            case 0 -> new Due.In(delay());
            case 1 -> new Due.At(start.plusMillis(passed).plus(delay()));
            case 2 -> new Due.At(start.minusSeconds(pick(100)));
            default -> Due.In.NOW;
        };
    }

    private Duration delay() {
        return Duration.ofSeconds(5 + 10L * pick(6));
    }

    Duration time() {
        Duration time = Duration.ofSeconds(chance(10) ? 100 : 10 * (1 + pick(3)));
        passed += time.toMillis();
        return time;
    }

    Claim claim() {
        List<Claim.Share> shares = new ArrayList<>();
        if (chance(10)) {
            return new Claim(worker(), shares, 0, Set.of());
        }
        for (String queue : QUEUES) {
            if (chance(60)) {
                shares.add(new Claim.Share(queue, pick(4)));
            }
        }
        return new Claim(worker(), shares, 1 + pick(6), subset(TYPES, 25));
    }

    private <T> Set<T> subset(List<T> all, int percent) {
        Set<T> some = new HashSet<>();
        for (T each : all) {
            if (chance(percent)) {
                some.add(each);
            }
        }
        return some;
    }

    WorkerLease worker() {
        return new WorkerLease("w" + pick(3), Duration.ofSeconds(15 + 10L * pick(3)));
    }

    /**
     * Mostly for recent leases, some for old ones, some that were sent before. Those of different jobs may be applied in
     * any order, so when some give jobs back, which takes back their keys, successes come first, which free them.
     */
    List<Settlement> settlements() {
        List<Settlement> done = new ArrayList<>();
        while (!leases.isEmpty() && chance(70)) {
            Settlement next = !sent.isEmpty() && chance(15) ? oneOf(sent) : settlement(someLease());
            done.add(next);
            sent.add(next);
        }
        List<Settlement> unsorted = List.copyOf(done);
        if (unsorted.stream().anyMatch(s -> s instanceof Settlement.Release || s instanceof Settlement.Park)) {
            done.sort(Comparator.comparing(s -> !(s instanceof Settlement.Succeeded) || isOneOfSeveral(s, unsorted)));
        }
        return done;
    }

    private static boolean isOneOfSeveral(Settlement settlement, List<Settlement> all) {
        return all.stream()
                        .filter(s -> s.lease().job().equals(settlement.lease().job()))
                        .count()
                > 1;
    }

    private Lease someLease() {
        return chance(80) ? leases.get(leases.size() - 1 - pick(Math.min(8, leases.size()))) : oneOf(leases);
    }

    private Settlement settlement(Lease lease) {
        Report.Words words = words();
        return switch (pick(9)) {
            case 0, 1 -> new Settlement.Succeeded(lease, words, maybe(50, () -> new Payload(1, new byte[] {'1'})));
            case 2 -> new Settlement.Retry(lease, words, chance(40) ? Duration.ZERO : delay(), error());
            case 3 -> new Settlement.Snooze(lease, words, chance(20) ? Duration.ZERO : delay(), "busy");
            case 4 -> new Settlement.Discard(lease, words, maybe(70, this::error), "hopeless");
            case 5 -> new Settlement.Cancel(lease, words, "expired");
            case 6 -> new Settlement.Release(lease, words);
            default -> new Settlement.Park(lease, words);
        };
    }

    private AttemptError error() {
        return new AttemptError(
                1 + pick(5), oneOf(ERRORS), "no " + pick(9), "at x", Instant.EPOCH, Duration.ofMillis(pick(99)), "w");
    }

    private Report.Words words() {
        if (chance(70)) {
            return Report.NOTHING;
        }
        return new Report.Words(pick(102) - 1, maybe(50, () -> "note " + pick(9)), List.copyOf(subset(ERRORS, 40)));
    }

    List<Report> reports() {
        List<Report> reports = new ArrayList<>();
        while (!leases.isEmpty() && chance(80)) {
            reports.add(new Report(someLease(), words()));
        }
        return reports;
    }

    JobFilter filter() {
        JobFilter filter = JobFilter.ALL
                .withStates(
                        subset(List.of(JobState.values()), chance(50) ? 0 : 40).toArray(JobState[]::new))
                .withQueue(maybe(30, () -> oneOf(QUEUES)))
                .withType(maybe(30, () -> oneOf(TYPES)))
                .withTenant(maybe(20, () -> oneOf(TENANTS)))
                .withPriority(maybe(20, this::priority))
                .withLimitKey(maybe(10, () -> oneOf(KEYS)))
                .withErrorClass(maybe(10, () -> oneOf(ERRORS)));
        return inserted.isEmpty() || chance(50) ? filter : filter.withIds(someIds());
    }

    private Set<JobId> someIds() {
        Set<JobId> ids = new HashSet<>();
        for (int i = pick(6); i >= 0; i--) {
            ids.add(oneOf(inserted).id());
        }
        return ids;
    }

    JobAction action() {
        return switch (pick(12)) {
            case 0 -> new JobAction.Delete();
            case 1, 2 -> new JobAction.Cancel("unwanted " + pick(9));
            case 3 -> new JobAction.RunNow();
            case 4, 5 -> new JobAction.Reschedule(due());
            case 6, 7 -> move(oneOf(QUEUES));
            case 8 -> new JobAction.ChangePriority(priority());
            case 9 -> new JobAction.EditPayload(payload());
            default -> replay(maybe(30, () -> oneOf(QUEUES)));
        };
    }

    /** What an action is applied to. */
    JobFilter filterFor(JobAction action) {
        if (action instanceof JobAction.EditPayload) {
            return JobFilter.ALL.withIds(
                    Set.of(inserted.isEmpty() ? JobId.next() : oneOf(inserted).id()));
        }
        return filter();
    }

    private JobAction move(String queue) {
        repeatable.clear();
        return new JobAction.Move(queue);
    }

    private JobAction replay(@Nullable String queue) {
        if (queue != null) {
            repeatable.clear();
        }
        return new JobAction.Replay(queue);
    }

    String queue() {
        return oneOf(QUEUES);
    }

    int pageSize() {
        return 1 + pick(10);
    }
}
