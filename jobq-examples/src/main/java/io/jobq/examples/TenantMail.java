package io.jobq.examples;

import io.jobq.Job;
import io.jobq.JobContext;
import io.jobq.JobQ;
import io.jobq.JobState;
import io.jobq.JobType;
import io.jobq.Priority;
import io.jobq.WorkerOptions;
import io.jobq.limits.Limit;
import io.jobq.limits.Limits;
import io.jobq.limits.Rate;
import io.jobq.memory.InMemoryStorage;
import io.jobq.operations.Operations;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import io.jobq.spi.Storage;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A mail system that three tenants share. Two pay for the class {@code pro}, one of them for a double share; the third is in
 * nobody's class and may send three mails at once and then ten per minute. A report of low priority has waited for longer
 * than its level shall, and goes first; then priorities and tenants take turns by their weights, and the third tenant's
 * surplus stands aside until its rate allows for more, in nobody's way.
 */
public final class TenantMail {
    private static final JobType<Mail> SEND_MAIL = JobType.of("send_mail", Mail.class);
    private static final String QUEUE = "mail";
    private static final Map<String, String> TENANTS =
            Map.of("acme", "pro, weight 2", "globex", "pro", "initech", "free, 10 per minute");
    private static final int BURST = 3;
    private static final int SENDABLE = 1 + 4 + 12 + 6 + BURST;
    private static final Duration LONGEST_WAIT = Duration.ofMillis(200);

    /** What a job carries. */
    record Mail(String subject) {}

    private final PrintStream out;
    private final Map<String, Integer> sent = new ConcurrentHashMap<>();
    private final CountDownLatch left = new CountDownLatch(SENDABLE);

    private TenantMail(PrintStream out) {
        this.out = out;
    }

    /** Runs the program; it takes no arguments. */
    public static void main(String[] args) throws InterruptedException {
        run(System.out);
    }

    static void run(PrintStream out) throws InterruptedException {
        new TenantMail(out).play();
    }

    private void play() throws InterruptedException {
        try (Storage storage = new InMemoryStorage();
                JobQ jobq = JobQ.builder()
                        .storage(storage)
                        .handle(SEND_MAIL, this::send)
                        .worker(WorkerOptions.DEFAULT.queue(QUEUE, 1).withConcurrency(1))
                        .build()) {
            setLimits(Limits.of(jobq, QUEUE));
            jobq.queue(QUEUE).enqueueAll(mails());
            TimeUnit.MILLISECONDS.sleep(2 * LONGEST_WAIT.toMillis()); // until the report is overdue
            jobq.start();
            boolean inTime = left.await(20, TimeUnit.SECONDS);
            printStatus(Operations.of(jobq, "tenant-mail"), inTime);
        }
    }

    private static void setLimits(Limits limits) {
        limits.weightedLevels()
                .level(Priority.LOW, 5, LONGEST_WAIT)
                .tenantClass("pro", Limit.rate(Rate.perMinute(1_000)))
                .eachTenant(Limit.rate(Rate.perMinute(10).withBurst(BURST)))
                .assign("acme", "pro")
                .weight("acme", 2)
                .assign("globex", "pro");
    }

    private static List<Job> mails() {
        List<Job> mails = new ArrayList<>();
        add(mails, 12, "acme", Priority.NORMAL, "newsletter");
        add(mails, 6, "globex", Priority.NORMAL, "newsletter");
        add(mails, 8, "initech", Priority.NORMAL, "newsletter");
        add(mails, 4, "acme", Priority.CRITICAL, "password");
        add(mails, 1, "globex", Priority.LOW, "report");
        return mails;
    }

    private static void add(List<Job> mails, int count, String tenant, Priority priority, String subject) {
        for (int i = 1; i <= count; i++) {
            mails.add(Job.of(SEND_MAIL, new Mail(subject + " " + i))
                    .tenant(tenant)
                    .priority(priority));
        }
    }

    /** Stands in for a mail server. */
    private void send(Mail mail, JobContext job) {
        String tenant = String.valueOf(job.tenant());
        out.printf("%-8s %s%n", tenant, mail.subject());
        sent.merge(tenant, 1, Integer::sum);
        left.countDown();
    }

    private void printStatus(Operations operations, boolean inTime) {
        out.println(inTime ? "sent what may be sent now" : "not all was sent in time");
        out.printf("%-8s %-20s %4s%n", "tenant", "terms", "sent");
        TENANTS.keySet().stream()
                .sorted()
                .forEach(tenant ->
                        out.printf("%-8s %-20s %4d%n", tenant, TENANTS.get(tenant), sent.getOrDefault(tenant, 0)));
        JobFilter waiting = JobFilter.ALL.withStates(JobState.READY).withQueue(QUEUE);
        out.println(
                operations.count(waiting, new JobAction.Delete()) + " stand aside until their tenant's rate has room");
    }
}
