package io.jobq.compatibility;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.jobq.Job;
import io.jobq.JobQ;
import io.jobq.JobQException;
import io.jobq.RetryPolicy;
import io.jobq.redis.RedisOptions;
import io.jobq.redis.RedisStorage;
import io.jobq.scheduler.Cron;
import io.jobq.scheduler.Scheduler;
import io.jobq.system.SystemConfig;
import io.lettuce.core.RedisClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.util.Version;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Does what an application does, with the versions that are on the class path: enqueues, runs, retries, waits for results,
 * lets a schedule tick. Ends with status 1 if anything is not as it should be.
 */
public final class Program {
    record Order(@JsonProperty("no") int number, LocalDate day) {}

    private static final int JOBS = 500;

    private Program() {}

    /** Takes the address of a Redis, and how the versions of Lettuce, Netty and jackson-annotations must begin. */
    public static void main(String[] args) throws Exception {
        String lettuce = version(RedisClient.class);
        String netty = Version.identify().get("netty-common").artifactVersion();
        String annotations = version(JsonProperty.class);
        System.out.println("Lettuce " + lettuce + ", Netty " + netty + ", jackson-annotations " + annotations);
        require(lettuce.startsWith(args[1]), "Lettuce is not " + args[1]);
        require(netty.startsWith(args[2]), "Netty is not " + args[2]);
        require(annotations.startsWith(args[3]), "jackson-annotations is not " + args[3]);
        if (annotations.startsWith("2.19")) {
            isRefusedInOneSentence(annotations, JobQ::builder);
            isRefusedInOneSentence(annotations, () -> SystemConfig.from(Map.of()));
        } else {
            SystemConfig.from(Map.of("jobq.timeout", "1m"));
            run(RedisOptions.of(args[0]).withPrefix("compatibility-" + UUID.randomUUID()));
        }
        System.out.println("all is well");
        System.exit(0); // what waits in a queue or on a connection is not waited for
    }

    private static void isRefusedInOneSentence(String annotations, Runnable entrance) {
        try {
            entrance.run();
        } catch (JobQException refused) {
            String said = String.valueOf(refused.getMessage());
            System.out.println(said);
            require(said.contains("2.21 or newer") && said.contains(annotations), "that is unclear");
            return;
        }
        throw new IllegalStateException("Jackson 3 was not refused beside jackson-annotations " + annotations);
    }

    private static void run(RedisOptions options) throws Exception {
        CountDownLatch ticks = new CountDownLatch(2);
        AtomicInteger failures = new AtomicInteger();
        try (RedisStorage storage = RedisStorage.connect(options);
                JobQ jobq = JobQ.builder()
                        .storage(storage)
                        .meterRegistry(new SimpleMeterRegistry())
                        .compute("order", Order.class, (order, job) -> new Order(order.number() * 2, order.day()))
                        .compute("flaky", Void.class, (nothing, job) -> {
                            if (failures.getAndIncrement() == 0) {
                                throw new IllegalStateException("once");
                            }
                            return "done";
                        })
                        .handle("tick", Void.class, (nothing, job) -> ticks.countDown())
                        .retry(RetryPolicy.fixed(Duration.ofMillis(50)))
                        .start();
                Scheduler scheduler = Scheduler.of(jobq).start()) {
            scheduler.schedule("each-second", Cron.quartz("* * * * * ?", ZoneId.of("UTC")), Job.of("tick"));
            List<CompletableFuture<Order>> results = new ArrayList<>();
            LocalDate day = LocalDate.of(2026, 12, 1);
            for (int i = 0; i < JOBS; i++) {
                Job job = Job.of("order", new Order(i, day));
                results.add(jobq.enqueue(i % 10 == 0 ? job.delay(Duration.ofMillis(200)) : job)
                        .result(Order.class));
            }
            for (int i = 0; i < JOBS; i++) {
                Order result = results.get(i).get(20, TimeUnit.SECONDS);
                require(result.equals(new Order(2 * i, day)), "job " + i + " came to " + result);
            }
            String flaky = jobq.enqueue(Job.of("flaky")).result(String.class).get(20, TimeUnit.SECONDS);
            require(flaky.equals("done"), "the retry came to " + flaky);
            require(ticks.await(20, TimeUnit.SECONDS), "the schedule does not tick");
            require(jobq.health().up(), jobq.health().toString());
            scheduler.delete("each-second");
        }
    }

    private static String version(Class<?> of) {
        return String.valueOf(of.getPackage().getImplementationVersion());
    }

    private static void require(boolean held, String otherwise) {
        if (!held) {
            throw new IllegalStateException(otherwise);
        }
    }
}
