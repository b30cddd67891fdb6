package io.jobq.examples;

import io.jobq.Job;
import io.jobq.JobContext;
import io.jobq.JobHandle;
import io.jobq.JobHandler;
import io.jobq.JobQ;
import io.jobq.redis.RedisOptions;
import io.jobq.scheduler.Scheduler;
import io.jobq.system.JobQSystem;
import io.jobq.system.StorageConfig;
import io.jobq.system.SystemConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The whole system from one file, {@code whole-system.yaml} beside this class: three queues with weights and slots, retries, a
 * scheduler, idempotent charges, and a port with {@code /metrics} and {@code /health}. It takes orders for some seconds, some of
 * them twice; the payment provider fails now and then; somebody wants the nightly report now; and at the end every order has been
 * charged once.
 *
 * <p>Ends with 0 when that is so, with 1 when something went wrong, with 2 when the arguments make no sense.
 */
public final class WholeSystem {
    private static final int ORDERS = 200;
    private static final Duration BETWEEN_ORDERS = Duration.ofMillis(20);
    private static final RedisProgram PROGRAM = new RedisProgram(
            "whole-system", "usage: whole-system --redis URI [--prefix TEXT] [--seconds N]", Duration.ofMinutes(1));

    record Order(String number, int cents) {}

    /** What the jobs do. */
    static final class Shop {
        final Map<String, AtomicInteger> charges = new ConcurrentHashMap<>();
        final AtomicInteger failures = new AtomicInteger();
        final AtomicInteger digests = new AtomicInteger();
        final AtomicInteger reports = new AtomicInteger();

        @JobHandler(value = "charge", queue = "critical")
        String charge(Order order, JobContext job) throws IOException {
            if (order.cents() % 7 == 0 && job.attempt() == 1) {
                failures.incrementAndGet();
                throw new IOException("the payment provider does not answer");
            }
            charges.computeIfAbsent(order.number(), none -> new AtomicInteger()).incrementAndGet();
            return "receipt of " + order.number();
        }

        @JobHandler("send_email")
        void sendEmail(Order order) {}

        @JobHandler(value = "thumbnail", queue = "bulk")
        void thumbnail(Order order) throws InterruptedException {
            Thread.sleep(5);
        }

        @JobHandler("report")
        String report() {
            reports.incrementAndGet();
            return charges.size() + " orders charged so far";
        }

        @JobHandler(value = "digest", queue = "bulk")
        void digest() {
            digests.incrementAndGet();
        }
    }

    private final RedisArguments arguments;
    private final InputStream in;
    private final PrintStream out;
    private final Shop shop = new Shop();

    private WholeSystem(RedisArguments arguments, InputStream in, PrintStream out) {
        this.arguments = arguments;
        this.in = in;
        this.out = out;
    }

    /** Runs the program: {@code whole-system --redis URI [--prefix TEXT] [--seconds N]}. */
    public static void main(String[] args) throws Exception {
        int status = run(List.of(args), System.in, System.out, System.err);
        if (status != 0) {
            System.exit(status);
        }
    }

    /** Runs the program; returns the exit status. */
    static int run(List<String> args, InputStream in, PrintStream out, PrintStream err) throws Exception {
        return PROGRAM.run(args, err, (arguments, storage) -> new WholeSystem(arguments, in, out).play());
    }

    private boolean play() throws Exception {
        RedisOptions redis = RedisOptions.of(arguments.redis()).withPrefix(arguments.prefix());
        SystemConfig config = SystemConfig.load(file()).withStorage(new StorageConfig.Redis(redis));
        try (JobQSystem system = JobQSystem.start(config, shop)) {
            out.println("==== http://127.0.0.1:" + system.port().getAsInt() + "/metrics and /health");
            boolean watched = ProgressBar.isWatched() || in.available() > 0;
            out.println("==== takes orders for "
                    + BETWEEN_ORDERS.multipliedBy(ORDERS).toSeconds() + " s, and ends "
                    + (watched ? "when you press Enter after that, or " : "then, ")
                    + arguments.deadline().left().toSeconds() + " s from now at the latest (--seconds)");
            List<JobHandle> jobs = takeOrders(system.jobq());
            boolean done = reportNow(system.scheduler().orElseThrow()) && await(jobs);
            out.println("==== /health: " + get(system, "/health").split(",", 2)[0] + ", …");
            get(system, "/metrics")
                    .lines()
                    .filter(line -> line.startsWith("jobq_jobs_succeeded_total")
                            || line.startsWith("jobq_scheduler_ticks")
                            || line.startsWith("jobq_scheduler_leader"))
                    .forEach(line -> out.println("     " + line));
            boolean right = report(done, jobs.size());
            if (watched) {
                lookAround();
            }
            return right;
        }
    }

    /** Gives people time to look at the metrics and the health. */
    private void lookAround() throws IOException, InterruptedException {
        out.println("==== look around at the address above; Enter ends it, or "
                + arguments.deadline().left().toSeconds() + " s");
        while (in.available() == 0 && !arguments.deadline().isOver()) {
            Thread.sleep(100);
        }
    }

    /** The nightly report, which would not come before the night. Returns whether it came in time. */
    private boolean reportNow(Scheduler scheduler) throws InterruptedException {
        JobHandle report = scheduler.trigger("nightly_report");
        boolean done = await(List.of(report));
        out.println("==== nightly_report, triggered by hand: "
                + (done ? report.result(String.class).join() : "did not come"));
        return done;
    }

    /** A copy of the file, which may be in a jar. */
    private static Path file() throws IOException {
        Path copy = Files.createTempFile("whole-system", ".yaml");
        copy.toFile().deleteOnExit();
        try (InputStream in = Objects.requireNonNull(WholeSystem.class.getResourceAsStream("whole-system.yaml"))) {
            Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
        }
        return copy;
    }

    /** Each order is charged, confirmed and gets a picture; every tenth is sent twice, as impatient customers do. */
    private List<JobHandle> takeOrders(JobQ jobq) throws InterruptedException {
        List<JobHandle> jobs = new ArrayList<>();
        for (int i = 1; i <= ORDERS; i++) {
            Order order = new Order("order-" + i, 100 + i);
            int times = i % 10 == 0 ? 2 : 1;
            for (int time = 0; time < times; time++) {
                jobs.add(jobq.enqueue(Job.of("charge", order).idempotencyKey(order.number())));
            }
            jobs.add(jobq.enqueue(Job.of("send_email", order)));
            jobs.add(jobq.enqueue(Job.of("thumbnail", order)));
            Thread.sleep(BETWEEN_ORDERS.toMillis());
        }
        return jobs;
    }

    private boolean await(List<JobHandle> jobs) throws InterruptedException {
        CompletableFuture<Void> all = CompletableFuture.allOf(
                jobs.stream().map(job -> job.result(Object.class)).toArray(CompletableFuture<?>[]::new));
        while (!all.isDone() && !arguments.deadline().isOver()) {
            Thread.sleep(50);
        }
        return all.isDone() && !all.isCompletedExceptionally();
    }

    private static String get(JobQSystem system, String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + system.port().getAsInt() + path);
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                .body();
    }

    private boolean report(boolean done, int jobs) {
        long once =
                shop.charges.values().stream().filter(times -> times.get() == 1).count();
        out.println("==== %s %d jobs; %d orders, %d charged once; %d failures of the provider; %d digests, %d reports"
                .formatted(
                        done ? "done:" : "NOT done:",
                        jobs,
                        ORDERS,
                        once,
                        shop.failures.get(),
                        shop.digests.get(),
                        shop.reports.get()));
        return done && once == ORDERS && shop.digests.get() > 0 && shop.reports.get() > 0;
    }
}
