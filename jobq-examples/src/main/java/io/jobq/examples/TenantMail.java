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
import io.jobq.spi.Storage;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A mail system that three tenants share, each of another class: enterprise may send 1,000 mails per minute, pro 100 and free
 * 10. All may send some at once after a rest. Levels share the queue by weights, 100 : 50 : 20 : 5; a report of the lowest has
 * waited for longer than its level shall, and is boosted to the front. Then levels and tenants take turns, until a tenant has
 * used up its rate: its surplus stands aside until there is room again, in nobody's way. A status table, made of what the
 * library tells, is printed before and after.
 */
public final class TenantMail {
    private static final JobType<Mail> SEND_MAIL = JobType.of("send_mail", Mail.class);
    private static final String QUEUE = "mail";
    private static final int FREE_BURST = 3;
    private static final int SURPLUS = 5;
    private static final int SENDABLE = 1 + 4 + 4 + 12 + 6 + FREE_BURST;
    private static final Duration LONGEST_WAIT = Duration.ofMillis(200);

    /** What a job carries. */
    record Mail(String subject) {}

    private final PrintStream out;
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
            Limits limits = Limits.of(jobq, QUEUE);
            setLimits(limits);
            jobq.queue(QUEUE).enqueueAll(mails());
            TimeUnit.MILLISECONDS.sleep(2 * LONGEST_WAIT.toMillis()); // until the report is overdue
            StatusTable status = new StatusTable(storage.admin(), limits, QUEUE);
            status.print(out);
            jobq.start();
            boolean inTime = left.await(20, TimeUnit.SECONDS) && restStandsAside(status);
            out.println(inTime ? "sent what may be sent now" : "not all was sent in time");
            status.print(out);
        }
    }

    private static void setLimits(Limits limits) {
        limits.weightedLevels()
                .level(Priority.LOW, 5, LONGEST_WAIT) // for a day, if this were no demonstration
                .tenantClass("enterprise", Limit.rate(Rate.perMinute(1_000)))
                .tenantClass("pro", Limit.rate(Rate.perMinute(100)))
                .tenantClass("free", Limit.rate(Rate.perMinute(10).withBurst(FREE_BURST)))
                .classWeight("enterprise", 2)
                .assign("acme", "enterprise")
                .assign("globex", "pro")
                .assign("initech", "free");
    }

    private static List<Job> mails() {
        List<Job> mails = new ArrayList<>();
        add(mails, 12, "acme", Priority.NORMAL, "newsletter");
        add(mails, 6, "globex", Priority.NORMAL, "newsletter");
        add(mails, FREE_BURST + SURPLUS, "initech", Priority.NORMAL, "newsletter");
        add(mails, 4, "acme", Priority.CRITICAL, "password");
        add(mails, 4, "globex", Priority.HIGH, "invoice");
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
        out.printf("%-8s %s%n", job.tenant(), mail.subject());
        left.countDown();
    }

    /** The last sent are settled, and the rest has been set aside. */
    private static boolean restStandsAside(StatusTable status) throws InterruptedException {
        for (int i = 0; i < 400; i++) {
            if (status.count(JobState.SUCCEEDED) == SENDABLE && status.heldBack() == SURPLUS) {
                return true;
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
        return false;
    }
}
