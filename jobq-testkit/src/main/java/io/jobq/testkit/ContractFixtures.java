package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.AttemptError;
import io.jobq.JobId;
import io.jobq.JobSnapshot;
import io.jobq.JobState;
import io.jobq.Priority;
import io.jobq.spi.Claim;
import io.jobq.spi.Due;
import io.jobq.spi.Exchange;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.Exchange.SettleResult;
import io.jobq.spi.InsertResult;
import io.jobq.spi.JobAdmin;
import io.jobq.spi.JobFilter;
import io.jobq.spi.JobOptions;
import io.jobq.spi.JobStore;
import io.jobq.spi.Lease;
import io.jobq.spi.NewJob;
import io.jobq.spi.Page;
import io.jobq.spi.Payload;
import io.jobq.spi.RenewResult;
import io.jobq.spi.Report;
import io.jobq.spi.Retention;
import io.jobq.spi.Settlement;
import io.jobq.spi.Storage;
import io.jobq.spi.UniqueKey;
import io.jobq.spi.WorkerLease;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the parts of the contract share: a fresh storage per test, and short words for what tests do with it. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class ContractFixtures implements StorageFactory {
    static final String QUEUE = "mail";
    static final String TYPE = "send_email";
    static final Duration LEASE_TIME = Duration.ofSeconds(30);
    static final WorkerLease WORKER = new WorkerLease("worker-1", LEASE_TIME);

    ManualClock clock = new ManualClock();

    @Nullable
    private Storage current;

    @BeforeEach
    void open() {
        reopen(Retention.DEFAULT);
    }

    @AfterEach
    void close() {
        if (current != null) {
            current.close();
        }
    }

    /** JUnit runs only one of two nested classes that have one name in a chain of superclasses, and says nothing. */
    @Test
    void noNestedClassHidesAnother() {
        Map<String, Class<?>> seen = new HashMap<>();
        for (Class<?> each = getClass(); each != null; each = each.getSuperclass()) {
            for (Class<?> nested : each.getDeclaredClasses()) {
                if (nested.isAnnotationPresent(Nested.class)) {
                    assertThat(seen.put(nested.getSimpleName(), nested))
                            .as("%s is hidden", nested.getName())
                            .isNull();
                }
            }
        }
    }

    /** Goes on with a new storage of another retention. */
    void reopen(Retention retention) {
        close();
        clock = new ManualClock();
        current = create(retention, clock);
    }

    Storage storage() {
        if (current == null) {
            throw new IllegalStateException("no storage is open");
        }
        return current;
    }

    JobStore jobs() {
        return storage().jobs();
    }

    JobAdmin admin() {
        return storage().admin();
    }

    void pass(Duration time) {
        pass(clock, time);
    }

    static NewJob job() {
        return job(QUEUE, JobOptions.DEFAULT);
    }

    static NewJob job(JobOptions options) {
        return job(QUEUE, options);
    }

    static NewJob job(String queue, JobOptions options) {
        return new NewJob(JobId.next(), queue, TYPE, payload("{}"), options);
    }

    static NewJob jobOfType(String type) {
        return new NewJob(JobId.next(), QUEUE, type, payload("{}"), JobOptions.DEFAULT);
    }

    static Payload payload(String text) {
        return new Payload(1, text.getBytes(StandardCharsets.UTF_8));
    }

    static JobOptions delayed(Duration delay) {
        return JobOptions.DEFAULT.withDue(new Due.In(delay));
    }

    static JobOptions unique(String key) {
        return JobOptions.DEFAULT.withUnique(UniqueKey.untilFinish(key));
    }

    static JobOptions priority(Priority priority) {
        return JobOptions.DEFAULT.withPriority(priority);
    }

    /** Inserts jobs that must all be new. */
    List<JobId> insert(NewJob... added) {
        List<InsertResult> results = jobs().insert(List.of(added));
        List<JobId> ids = Arrays.stream(added).map(NewJob::id).toList();
        assertThat(results)
                .isEqualTo(ids.stream().map(InsertResult.Inserted::new).toList());
        return ids;
    }

    /** Inserts so many plain jobs. */
    List<JobId> insert(int count) {
        List<NewJob> added = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            added.add(job());
        }
        return insert(added.toArray(NewJob[]::new));
    }

    Exchange exchange(List<Settlement> done, int limit) {
        return jobs().exchange(done, wanting(limit, QUEUE));
    }

    static Claim wanting(int limit, String... queues) {
        List<Claim.Share> shares = new ArrayList<>();
        for (String queue : queues) {
            shares.add(new Claim.Share(queue, limit));
        }
        return new Claim(WORKER, shares, limit, Set.of());
    }

    List<Claimed> claim(int limit) {
        return exchange(List.of(), limit).claimed();
    }

    Claimed claimOne() {
        List<Claimed> claimed = claim(1);
        assertThat(claimed).as("claimed jobs").hasSize(1);
        return claimed.get(0);
    }

    static List<JobId> ids(List<Claimed> claimed) {
        return claimed.stream().map(c -> c.job().id()).toList();
    }

    /** Settles and claims nothing. */
    List<SettleResult> settle(Settlement... done) {
        return jobs().exchange(List.of(done), new Claim(WORKER, List.of(), 0, Set.of()))
                .settled();
    }

    /** Settles with the current lease. */
    RenewResult renew(Claimed claimed) {
        return jobs().renew(WORKER, List.of(report(claimed))).get(0);
    }

    void apply(Settlement done) {
        assertThat(settle(done)).containsExactly(SettleResult.APPLIED);
    }

    static Settlement succeeded(Claimed claimed) {
        return new Settlement.Succeeded(claimed.lease(), Report.NOTHING, null);
    }

    static Settlement retry(Claimed claimed, Duration delay) {
        return new Settlement.Retry(
                claimed.lease(), Report.NOTHING, delay, error(claimed.job().attempt(), "java.io.IOException"));
    }

    static Settlement snooze(Claimed claimed, Duration delay) {
        return new Settlement.Snooze(claimed.lease(), Report.NOTHING, delay, "rate limited");
    }

    static Settlement discard(Claimed claimed) {
        AttemptError error = error(claimed.job().attempt(), "java.lang.IllegalStateException");
        return new Settlement.Discard(claimed.lease(), Report.NOTHING, error, "attempts exhausted");
    }

    static Settlement cancel(Claimed claimed) {
        return new Settlement.Cancel(claimed.lease(), Report.NOTHING, "expired");
    }

    static Settlement release(Claimed claimed) {
        return new Settlement.Release(claimed.lease(), Report.NOTHING);
    }

    static Settlement park(Claimed claimed) {
        return new Settlement.Park(claimed.lease(), Report.NOTHING);
    }

    static AttemptError error(int attempt, String errorClass) {
        return new AttemptError(attempt, errorClass, "boom", "", Instant.EPOCH, Duration.ofMillis(5), WORKER.worker());
    }

    static Report report(Claimed claimed) {
        return new Report(claimed.lease(), Report.NOTHING);
    }

    static Lease stale(Lease lease) {
        return new Lease(lease.queue(), lease.job(), lease.token() + 1_000_000, lease.nonce());
    }

    JobSnapshot find(JobId id) {
        return admin().find(id).orElseThrow(() -> new AssertionError("job " + id + " is not stored"));
    }

    JobState state(JobId id) {
        return find(id).state();
    }

    /** Inserts a job, claims it and settles it somehow; it must be the only one that is ready. */
    JobId settledJob(Function<Claimed, Settlement> how) {
        JobId id = insert(1).get(0);
        apply(how.apply(claimOne()));
        return id;
    }

    /** All pages of a list, in order. */
    List<JobId> listAll(JobFilter filter, int pageSize) {
        List<JobId> all = new ArrayList<>();
        String cursor = null;
        do {
            Page page = admin().list(filter, cursor, pageSize);
            assertThat(page.jobs()).hasSizeLessThanOrEqualTo(pageSize);
            page.jobs().forEach(found -> all.add(found.id()));
            assertThat(all).as("a list without end").hasSizeLessThan(10_000);
            cursor = page.next();
        } while (cursor != null);
        return all;
    }
}
