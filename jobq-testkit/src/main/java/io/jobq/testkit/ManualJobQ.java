package io.jobq.testkit;

import io.jobq.JacksonCodec;
import io.jobq.JobQ;
import io.jobq.JobSnapshot;
import io.jobq.JobState;
import io.jobq.memory.InMemoryStorage;
import io.jobq.spi.JobAdmin;
import io.jobq.spi.JobFilter;
import io.jobq.spi.Page;
import io.jobq.spi.Retention;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.assertj.core.api.Assertions;

/**
 * A JobQ for an application's own tests: in memory, under a clock that moves only when told, and run on the test's
 * thread. Handlers, interceptors, listeners, retries and delays are those of the real system; time limits and
 * autoscaling, which need threads, are not at work. For one thread.
 *
 * <pre>{@code
 * try (ManualJobQ test = ManualJobQ.of(builder -> builder.handlers(new Mailer(outbox)))) {
 *     signUp(test.jobq(), "ada@example.org");
 *     test.assertEnqueued("send_email", new SendEmail("ada@example.org"));
 *     test.drain();
 *     test.advance(Duration.ofDays(1)); // the reminder
 * }
 * }</pre>
 */
public final class ManualJobQ implements AutoCloseable {
    private static final int PAGE = 1_000;

    private final ManualClock clock = new ManualClock();
    private final InMemoryStorage storage = new InMemoryStorage(Retention.DEFAULT, clock);
    private final JobQ jobq;

    private ManualJobQ(UnaryOperator<JobQ.Builder> setup) {
        jobq = setup.apply(JobQ.builder()).storage(storage).build();
    }

    /** A system as the function describes it; its storage is replaced. It must not be started. */
    public static ManualJobQ of(UnaryOperator<JobQ.Builder> setup) {
        return new ManualJobQ(setup);
    }

    /** The system, to hand to the code under test. */
    public JobQ jobq() {
        return jobq;
    }

    /** The clock that decides what is due. */
    public ManualClock clock() {
        return clock;
    }

    /**
     * Runs what is ready now, and what becomes ready by that.
     *
     * @return how many attempts were made
     */
    public int drain() {
        return jobq.workers().stream().mapToInt(worker -> worker.runPending()).sum();
    }

    /**
     * Lets time pass, and runs each job at the very moment it is due, retries included.
     *
     * @return how many attempts were made
     */
    public int advance(Duration by) {
        Instant end = clock.instant().plus(by);
        int attempts = drain();
        for (Optional<Instant> due = nextDue(); due.isPresent() && !due.get().isAfter(end); due = nextDue()) {
            clock.set(due.get());
            attempts += drain();
        }
        clock.set(end);
        return attempts;
    }

    private Optional<Instant> nextDue() {
        return stored(JobFilter.ALL.withStates(JobState.SCHEDULED)).stream()
                .map(job -> job.times().due())
                .min(Comparator.naturalOrder());
    }

    /** All jobs of a type that are still stored, whatever became of them. */
    public List<JobSnapshot> jobs(String type) {
        return stored(JobFilter.ALL.withType(type));
    }

    /** Fails unless a job of the type was enqueued; returns those that were. */
    public List<JobSnapshot> assertEnqueued(String type) {
        List<JobSnapshot> jobs = jobs(type);
        Assertions.assertThat(jobs)
                .as("jobs of type '%s'; stored are: %s", type, summary())
                .isNotEmpty();
        return jobs;
    }

    /** Fails unless a job of the type was enqueued with a payload whose JSON is that of this value. */
    public void assertEnqueued(String type, Object payload) {
        String json = new String(new JacksonCodec().encode(payload), java.nio.charset.StandardCharsets.UTF_8);
        Assertions.assertThat(assertEnqueued(type))
                .as("payloads of type '%s'", type)
                .extracting(job -> job.job().payload().toString())
                .contains(json);
    }

    /** Fails if a job of the type was enqueued. */
    public void assertNotEnqueued(String type) {
        Assertions.assertThat(jobs(type)).as("jobs of type '%s'", type).isEmpty();
    }

    private List<String> summary() {
        return stored(JobFilter.ALL).stream()
                .map(job -> job.type() + " " + job.job().payload() + " " + job.state())
                .toList();
    }

    private List<JobSnapshot> stored(JobFilter filter) {
        JobAdmin admin = storage.admin();
        List<JobSnapshot> all = new ArrayList<>();
        String cursor = null;
        do {
            Page page = admin.list(filter, cursor, PAGE);
            all.addAll(page.jobs());
            cursor = page.next();
        } while (cursor != null);
        return all;
    }

    @Override
    public void close() {
        jobq.close();
        storage.close();
    }
}
