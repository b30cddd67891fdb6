package io.jobq.examples;

import io.jobq.Job;
import io.jobq.JobContext;
import io.jobq.JobEnd;
import io.jobq.JobFailedException;
import io.jobq.JobHandle;
import io.jobq.JobListener;
import io.jobq.JobQ;
import io.jobq.JobSnapshot;
import io.jobq.JobType;
import io.jobq.RetryPolicy;
import io.jobq.dlq.DeadLetterQueue;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Failures, and what becomes of them. A gateway that is down for a moment is tried again after a backoff that doubles,
 * with jitter. A declined card is not worth another try: its payment goes straight to the dead letter queue, where it
 * waits until somebody has mended the cause and replays it.
 */
public final class PaymentRetries {
    private static final JobType<Payment> CHARGE_CARD = JobType.of("charge_card", Payment.class);
    private static final RetryPolicy BACKOFF = RetryPolicy.exponential(Duration.ofMillis(250), 2, Duration.ofSeconds(2))
            .jitter(0.2)
            .maxAttempts(5)
            .discardOn(CardDeclinedException.class);

    record Payment(String name, String card, int cents) {}

    private final PrintStream out;
    private final Gateway gateway = new Gateway();
    private final long start = System.nanoTime();

    private PaymentRetries(PrintStream out) {
        this.out = out;
    }

    /** Runs the program; it takes no arguments. */
    public static void main(String[] args) {
        run(System.out);
    }

    static void run(PrintStream out) {
        new PaymentRetries(out).chargeAll();
    }

    private void chargeAll() {
        JobQ.Builder described =
                JobQ.builder().compute(CHARGE_CARD, this::charge).retry(BACKOFF).listener(new Narrator());
        try (JobQ jobq = described.start()) {
            List<JobHandle> jobs = jobq.queue("default")
                    .enqueueAll(List.of(
                            payment("payment-1", "visa-1111", 1_999),
                            payment("payment-2", "visa-2222", 4_950),
                            payment("payment-3", "visa-3333", 850)));
            jobs.forEach(this::awaitEnd);

            DeadLetterQueue dead = DeadLetterQueue.of(jobq);
            list(dead);
            say("the card was renewed; replaying");
            gateway.renew("visa-3333");
            long replayed =
                    dead.replayAll(DeadLetterQueue.Filter.ALL.withErrorClass(CardDeclinedException.class.getName()));
            say("replayed " + replayed);
            jobs.forEach(this::awaitEnd);
            list(dead);
        }
    }

    private static Job payment(String name, String card, int cents) {
        return Job.of(CHARGE_CARD, new Payment(name, card, cents)).header("payment", name);
    }

    /** The handler; what it returns is stored as the job's result. */
    private String charge(Payment payment, JobContext job) throws IOException, CardDeclinedException {
        return gateway.charge(payment);
    }

    private void awaitEnd(JobHandle job) {
        try {
            say("result: " + job.result(String.class).join());
        } catch (CompletionException ended) {
            if (!(ended.getCause() instanceof JobFailedException)) {
                throw ended;
            }
            say("no result: " + ended.getCause().getMessage());
        }
    }

    private void list(DeadLetterQueue dead) {
        List<JobSnapshot> jobs = dead.list(DeadLetterQueue.Filter.ALL, null, 50).jobs();
        say("dead letters: " + jobs.size());
        for (JobSnapshot job : jobs) {
            String payment = job.job().options().headers().get("payment");
            String error = job.errors().get(job.errors().size() - 1).message();
            say("  " + payment + ", " + job.reason() + ": " + error);
        }
    }

    private void say(String what) {
        out.printf("%5d ms  %s%n", (System.nanoTime() - start) / 1_000_000, what);
    }

    /** Says how each attempt ends. */
    private final class Narrator implements JobListener {
        @Override
        public void onEnd(JobContext job, JobEnd end) {
            String error = end.error() == null ? "" : ": " + end.error().getMessage();
            say(job.headers().get("payment") + " attempt " + job.attempt() + " " + word(end.kind()) + error);
        }

        private static String word(JobEnd.Kind kind) {
            return switch (kind) {
                case SUCCEEDED -> "succeeded";
                case RETRIED -> "failed, will be retried";
                case DEAD -> "failed for good";
                default -> kind.name();
            };
        }
    }

    /** A gateway that fails by script: for payment-2 it is down three times, and it knows that visa-3333 has expired. */
    private static final class Gateway {
        private final Queue<String> outages = new ArrayDeque<>(
                List.of("503 service unavailable", "read timed out after 30 s", "503 service unavailable"));
        private final Map<String, String> declined = new ConcurrentHashMap<>(Map.of("visa-3333", "card expired 10/26"));

        synchronized String charge(Payment payment) throws IOException, CardDeclinedException {
            String refusal = declined.get(payment.card());
            if (refusal != null) {
                throw new CardDeclinedException(refusal);
            }
            if (payment.name().equals("payment-2") && !outages.isEmpty()) {
                throw new IOException(outages.remove());
            }
            return "receipt for " + payment.name() + ", " + payment.cents() + " cents";
        }

        void renew(String card) {
            declined.remove(card);
        }
    }
}
