package io.jobq.examples;

import io.jobq.Job;
import io.jobq.JobHandle;
import io.jobq.JobQ;
import io.jobq.JobType;
import io.jobq.Priority;
import io.jobq.WorkerOptions;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;

/**
 * A first look: a queue in memory, one worker with three slots, three e-mails. One of them is urgent and is served first
 * although it came second; one is delayed. The program ends when all three are sent.
 */
public final class SimpleQueue {
    private static final JobType<Email> SEND_EMAIL = JobType.of("send_email", Email.class);

    /** What a job carries: any record that Jackson can turn into JSON. */
    record Email(String name, String to, int millisToSend) {}

    private final PrintStream out;

    private SimpleQueue(PrintStream out) {
        this.out = out;
    }

    /** Runs the program; it takes no arguments. */
    public static void main(String[] args) {
        run(System.out, Duration.ofSeconds(5));
    }

    static void run(PrintStream out, Duration delay) {
        new SimpleQueue(out).sendThree(delay);
    }

    private void sendThree(Duration delay) {
        JobQ.Builder described = JobQ.builder()
                .handle(SEND_EMAIL, (email, job) -> send(email))
                .worker(WorkerOptions.DEFAULT.withConcurrency(3));
        try (JobQ jobq = described.build()) {
            List<JobHandle> jobs = jobq.queue("default")
                    .enqueueAll(List.of(
                            Job.of(SEND_EMAIL, new Email("email-newsletter", "ada@example.org", 150)),
                            Job.of(SEND_EMAIL, new Email("email-password", "bob@example.org", 100))
                                    .priority(Priority.HIGH),
                            Job.of(SEND_EMAIL, new Email("email-reminder", "eve@example.org", 50))
                                    .delay(delay)));
            out.printf("enqueued %d jobs; the reminder is due in %d ms%n", jobs.size(), delay.toMillis());
            jobq.start();
            jobs.forEach(job -> job.result(Void.class).join());
        }
        out.println("all sent");
    }

    /** Stands in for a mail server; the slots' threads are called jobq-worker-1, jobq-worker-2 and jobq-worker-3. */
    private void send(Email email) throws InterruptedException {
        String slot = Thread.currentThread().getName();
        long start = System.nanoTime();
        out.printf("[%s] sending %s to %s%n", slot, email.name(), email.to());
        Thread.sleep(email.millisToSend());
        out.printf("[%s] completed %s in %d ms%n", slot, email.name(), (System.nanoTime() - start) / 1_000_000);
    }
}
