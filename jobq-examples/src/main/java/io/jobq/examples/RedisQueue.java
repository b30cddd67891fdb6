package io.jobq.examples;

import io.jobq.Job;
import io.jobq.JobHandle;
import io.jobq.JobQ;
import io.jobq.JobType;
import io.jobq.Priority;
import io.jobq.WorkerOptions;
import io.jobq.redis.RedisStorage;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * One queue in Redis for several processes: two workers take e-mails from it, a third process puts them in and waits
 * until they are sent. Two of them are urgent and are served first although they came last; one is delayed. The role
 * {@code demo} starts all three processes on this machine; the other two roles can be started anywhere.
 *
 * <p>Ends with 0 when all is sent, with 1 when something went wrong, with 2 when the arguments make no sense.
 */
public final class RedisQueue {
    private static final JobType<Email> SEND_EMAIL = JobType.of("send_email", Email.class);
    private static final String QUEUE = "mail";
    private static final int NEWSLETTERS = 8;
    private static final Duration REMINDER_DELAY = Duration.ofSeconds(2);
    private static final RedisProgram PROGRAM = new RedisProgram(
            "redis-queue",
            "usage: redis-queue [demo | worker NAME | produce] --redis URI [--prefix TEXT] [--seconds N]",
            Duration.ofMinutes(1));

    record Email(String name, int millisToSend) {}

    private final RedisArguments arguments;
    private final RedisStorage storage;
    private final PrintStream out;

    private RedisQueue(RedisArguments arguments, RedisStorage storage, PrintStream out) {
        this.arguments = arguments;
        this.storage = storage;
        this.out = out;
    }

    /** Runs the program: {@code redis-queue [demo | worker NAME | produce] --redis URI [--prefix TEXT] [--seconds N]}. */
    public static void main(String[] args) throws Exception {
        int status = run(List.of(args), System.out, System.err);
        if (status != 0) {
            System.exit(status);
        }
    }

    /** Runs the program; returns the exit status. */
    static int run(List<String> args, PrintStream out, PrintStream err) throws Exception {
        return PROGRAM.run(args, err, (arguments, storage) -> new RedisQueue(arguments, storage, out).play());
    }

    private boolean play() throws Exception {
        return switch (arguments.role()) {
            case "demo" -> demo();
            case "worker" -> work();
            case "produce" -> produce();
            default -> throw new UsageException("no such role: " + arguments.role());
        };
    }

    private boolean demo() throws InterruptedException {
        boolean sent;
        try (JobQ jobq = JobQ.builder().storage(storage).producerOnly().build();
                WorkerJvms workers =
                        new WorkerJvms(RedisQueue.class, List.of("worker-a", "worker-b"), arguments, out::println)) {
            sent = workers.awaitAll(jobq, arguments.deadline()) && produceElsewhere();
        }
        out.println(sent ? "all sent; what Redis keeps of it:" : "not all was sent; what Redis keeps of it:");
        RedisKeys.list(arguments.redis(), arguments.prefix()).forEach(out::println);
        return sent;
    }

    private boolean produceElsewhere() throws InterruptedException {
        List<String> line = arguments.as("produce", "producer");
        try (ChildJvm producer = ChildJvm.start("producer", RedisQueue.class, line, out::println)) {
            return producer.succeeds(arguments.deadline().left());
        }
    }

    private boolean work() throws InterruptedException {
        WorkerOptions options =
                WorkerOptions.DEFAULT.withName(arguments.name()).queue(QUEUE, 1).withConcurrency(2);
        JobQ.Builder described = JobQ.builder()
                .storage(storage)
                .handle(SEND_EMAIL, (email, job) -> send(email))
                .worker(options);
        try (JobQ working = described.start()) {
            out.println("waits for jobs, as " + working.workers().get(0).id());
            Thread.sleep(arguments
                    .deadline()
                    .left()
                    .toMillis()); // or until the process is asked to end: JobQ closes then, too
        }
        return true;
    }

    /** Stands in for a mail server. */
    private void send(Email email) throws InterruptedException {
        long sending = System.nanoTime();
        out.println("sending " + email.name());
        Thread.sleep(email.millisToSend());
        out.printf("completed %s in %d ms%n", email.name(), (System.nanoTime() - sending) / 1_000_000);
    }

    private boolean produce() throws Exception {
        long start = System.nanoTime();
        try (JobQ jobq = JobQ.builder().storage(storage).producerOnly().build()) {
            List<JobHandle> jobs = jobq.queue(QUEUE).enqueueAll(emails());
            out.printf("enqueued %d jobs; the reminder is due in %d ms%n", jobs.size(), REMINDER_DELAY.toMillis());
            CompletableFuture<?>[] sent =
                    jobs.stream().map(job -> job.result(Void.class)).toArray(CompletableFuture<?>[]::new);
            CompletableFuture.allOf(sent).get(arguments.deadline().left().toMillis(), TimeUnit.MILLISECONDS);
            out.printf("knows after %d ms that all are sent%n", (System.nanoTime() - start) / 1_000_000);
            return true;
        }
    }

    private static List<Job> emails() {
        List<Job> emails = new ArrayList<>();
        emails.add(Job.of(SEND_EMAIL, new Email("email-reminder", 50)).delay(REMINDER_DELAY));
        for (int i = 1; i <= NEWSLETTERS; i++) {
            emails.add(Job.of(SEND_EMAIL, new Email("email-newsletter-" + i, 150)));
        }
        for (int i = 1; i <= 2; i++) {
            emails.add(Job.of(SEND_EMAIL, new Email("email-password-" + i, 100)).priority(Priority.HIGH));
        }
        return emails;
    }
}
