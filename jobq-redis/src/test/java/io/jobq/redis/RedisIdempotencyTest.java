package io.jobq.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.JobId;
import io.jobq.idempotency.IdempotencyStore;
import io.jobq.idempotency.IdempotencyStore.Completed;
import io.jobq.idempotency.IdempotencyStore.Run;
import io.jobq.idempotency.IdempotencyStore.Started;
import io.jobq.spi.Payload;
import io.jobq.spi.Retention;
import io.jobq.spi.StorageException;
import io.jobq.testkit.IdempotencyStoreContract;
import io.jobq.testkit.ManualClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The contract, on the one Redis that the tests have, and what is special about Redis. */
class RedisIdempotencyTest extends IdempotencyStoreContract {
    private final List<RedisStorage> opened = new ArrayList<>();

    @Override
    protected IdempotencyStore create(ManualClock clock) {
        opened.add(ShiftedRedis.create(TestRedis.uri(), Retention.DEFAULT, clock));
        return opened.get(opened.size() - 1).idempotency();
    }

    @AfterEach
    void close() {
        opened.forEach(RedisStorage::close);
    }

    @Nested
    class Keys {
        private final RedisProcess redis = RedisProcess.start();
        private final RedisStorage storage = RedisStorage.connect(redis.uri());
        private final IdempotencyStore store = storage.idempotency();
        private final Run run = new Run(JobId.parse("01999999-0000-7000-8000-000000000001"), 7);

        @AfterEach
        void stop() {
            storage.close();
            redis.close();
        }

        private boolean complete(String json) {
            Payload result = new Payload(1, json.getBytes(StandardCharsets.UTF_8));
            return store.complete("charge::order 1", run, result, Duration.ofHours(24));
        }

        @Test
        void areReadableAndExpireByThemselves() {
            String key = "jobq:idempotency:charge::order 1";
            assertThat(store.begin("charge::order 1", run, Duration.ofMinutes(5)))
                    .isEqualTo(new Started());
            assertThat(redis.ask("GET", key))
                    .matches("\\{\"state\":\"running\",\"job\":\"" + run.job()
                            + "\",\"token\":7,\"since\":\\d{13},\"expires\":\\d{13}}");
            assertThat(Long.parseLong(redis.ask("PTTL", key))).isBetween(290_000L, 300_000L);

            assertThat(complete("{\"receipt\":1}")).isTrue();
            assertThat(redis.ask("GET", key))
                    .matches("\\{\"state\":\"completed\",.*\"expires\":\\d{13},\"result\":1} \\{\"receipt\":1}");
            assertThat(Long.parseLong(redis.ask("PTTL", key))).isBetween(86_300_000L, 86_400_000L);
        }

        @Test
        void ofFailedRunsAreGone() {
            String before = redis.ask("KEYS", "*");
            assertThat(store.begin("k", run, Duration.ofMinutes(5))).isEqualTo(new Started());
            assertThat(store.abandon("k", run)).isTrue();
            assertThat(redis.ask("KEYS", "*")).isEqualTo(before);
        }

        @Test
        void areThereForEveryProcessAndAfterThisOneHasClosed() {
            assertThat(store.begin("charge::order 1", run, Duration.ofMinutes(5)))
                    .isEqualTo(new Started());
            assertThat(complete("1")).isTrue();
            storage.close();
            assertThatThrownBy(() -> complete("1"))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("closed");
            try (RedisStorage another = RedisStorage.connect(redis.uri())) {
                assertThat(another.idempotency()
                                .begin("charge::order 1", new Run(JobId.next(), 1), Duration.ofMinutes(5)))
                        .isInstanceOf(Completed.class);
            }
        }

        @Test
        void needNoMorePermissionsThanAreListed() {
            redis.ask(
                    ("ACL SETUSER jobq on >password resetchannels ~jobq:* &jobq:* -@all +@hash +@list +@sortedset +@set +@scripting"
                                    + " +@connection +get +set +del +exists +time +info +publish +subscribe"
                                    + " +unsubscribe +wait +cluster|slots +cluster|nodes")
                            .split(" "));
            String uri = redis.uri().replace("//", "//jobq:password@");
            try (RedisStorage limited = RedisStorage.connect(uri)) {
                IdempotencyStore own = limited.idempotency();
                assertThat(own.begin("k", run, Duration.ofMinutes(5))).isEqualTo(new Started());
                assertThat(own.abandon("k", run)).isTrue();
                assertThat(own.complete("k", run, null, Duration.ofMinutes(5))).isTrue();
            }
        }

        @Test
        void arePromisedOnlyWhenReplicasHaveThem() {
            RedisOptions options = RedisOptions.of(redis.uri()).withReplicas(1).withTimeout(Duration.ofMillis(400));
            try (RedisStorage careful = RedisStorage.connect(options)) {
                assertThatThrownBy(() -> careful.idempotency().complete("k", run, null, Duration.ofMinutes(5)))
                        .isInstanceOf(StorageException.class)
                        .hasMessageContaining("0 of 1 replicas");
            }
        }
    }
}
