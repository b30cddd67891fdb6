package io.jobq.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.JobId;
import io.jobq.spi.Claim;
import io.jobq.spi.Due;
import io.jobq.spi.Exchange;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import io.jobq.spi.Payload;
import io.jobq.spi.WorkerLease;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What many queues cost: counted in calls, which no machine makes slower. */
class RedisQueuesTest {
    private static final int QUEUES = 500;
    private static RedisProcess redis;
    private static RedisClient client;
    private static RedisCommands<String, String> raw;

    private final RedisOptions options = RedisOptions.of(redis.uri()).withPrefix(TestRedis.prefix());

    @BeforeAll
    static void start() {
        redis = RedisProcess.start(RedisBinary.chosen());
        client = RedisClient.create(redis.uri());
        raw = client.connect().sync();
    }

    @AfterAll
    static void stop() {
        client.close();
        redis.close();
    }

    private static List<String> names() {
        return IntStream.range(0, QUEUES).mapToObj(i -> "customer-" + i).toList();
    }

    private static void insert(RedisStorage storage, String queue, JobOptions job) {
        storage.jobs().insert(List.of(new NewJob(JobId.next(), queue, "t", new Payload(1, new byte[] {'1'}), job)));
    }

    private static Exchange claimFromAll(RedisStorage storage, int limit) {
        List<Claim.Share> shares =
                names().stream().map(name -> new Claim.Share(name, 0)).toList();
        return storage.jobs()
                .exchange(List.of(), new Claim(new WorkerLease("w", Duration.ofSeconds(30)), shares, limit, Set.of()));
    }

    /** How many scripts have been sent. */
    private static long scripts() {
        return raw.info("commandstats")
                .lines()
                .filter(line -> line.startsWith("cmdstat_eval"))
                .mapToLong(line -> Long.parseLong(line.replaceAll(".*:calls=(\\d+),.*", "$1")))
                .sum();
    }

    @Test
    void aClaimFromManyQueuesAsksThoseThatHaveSomething() {
        try (RedisStorage storage = RedisStorage.connect(options)) {
            insert(storage, "customer-17", JobOptions.DEFAULT);
            insert(storage, "customer-400", JobOptions.DEFAULT);
            insert(storage, "customer-99", JobOptions.DEFAULT.withDue(new Due.In(Duration.ofHours(1))));
            claimFromAll(storage, 0);
            long before = scripts();

            Exchange all = claimFromAll(storage, 10);

            assertThat(all.claimed())
                    .extracting(job -> job.lease().queue())
                    .containsExactlyInAnyOrder("customer-17", "customer-400");
            assertThat(all.drained()).hasSize(QUEUES);
            assertThat(all.drained().get("customer-99")).isBetween(Duration.ofMinutes(59), Duration.ofMinutes(61));
            assertThat(scripts() - before).as("scripts").isLessThanOrEqualTo(12);
        }
    }

    @Test
    void aLookAtManyQueuesTellsThemWhoWaits() {
        try (RedisStorage waiting = RedisStorage.connect(options);
                RedisStorage storage = RedisStorage.connect(options)) {
            assertThat(claimFromAll(waiting, 10).drained()).hasSize(QUEUES);
            assertThat(raw.zcard(options.prefix() + ":{customer-3}:idle")).isEqualTo(1);
            insert(storage, "customer-3", JobOptions.DEFAULT);
            assertThat(raw.exists(options.prefix() + ":{customer-3}:idle")).isZero();
        }
    }
}
