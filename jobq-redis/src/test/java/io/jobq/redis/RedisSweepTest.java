package io.jobq.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.JobId;
import io.jobq.limits.Limit;
import io.jobq.limits.Rate;
import io.jobq.spi.Claim;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import io.jobq.spi.Payload;
import io.jobq.spi.Rule;
import io.jobq.spi.WorkerLease;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What sweeps forget, seen in the keys, since it makes no difference to what is answered. */
@Timeout(60)
class RedisSweepTest {
    private final AtomicLong shift = new AtomicLong();
    private final RedisOptions options = RedisOptions.of(TestRedis.uri()).withPrefix(TestRedis.prefix());

    @Test
    void aRateThatIsUnusedAgainIsForgotten() {
        try (RedisStorage storage = RedisStorage.connect(options, shift::get);
                RedisClient client = RedisClient.create(options.uri())) {
            RedisCommands<String, String> redis = client.connect().sync();
            Limit slow = Limit.rate(new Rate(1, Duration.ofSeconds(10), 1));
            storage.admin().rule("q", Rule.none(Rule.Target.TYPE, "t").withLimit(slow));
            storage.jobs()
                    .insert(List.of(
                            new NewJob(JobId.next(), "q", "t", new Payload(1, new byte[] {'1'}), JobOptions.DEFAULT)));
            Claim want =
                    new Claim(new WorkerLease("w", Duration.ofHours(1)), List.of(new Claim.Share("q", 1)), 1, Set.of());
            assertThat(storage.jobs().exchange(List.of(), want).claimed()).hasSize(1);
            storage.jobs().sweep(10);
            assertThat(rates(redis)).as("while it counts").hasSize(1);
            shift.set(TimeUnit.SECONDS.toMicros(11));
            storage.jobs().sweep(10);

            assertThat(rates(redis)).isEmpty();
        }
    }

    private List<String> rates(RedisCommands<String, String> redis) {
        return redis.keys(options.prefix() + "*:rates");
    }
}
