package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.idempotency.IdempotencyStore;
import io.jobq.memory.InMemoryStorage;
import io.jobq.spi.Payload;
import io.jobq.spi.Retention;
import io.jobq.spi.Storage;
import java.time.Clock;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The storm in memory, and stores that it must find out. */
@Timeout(180)
class IdempotencyStormTest {
    private static final Retention ALL = new Retention(100_000, Duration.ofDays(1), 100_000, Duration.ofDays(1));

    private final Storage storage = new InMemoryStorage(ALL, Clock.systemUTC());
    private final IdempotencyStore sound = IdempotencyStore.inMemory();
    private final long seed = Long.getLong("jobq.seed", new Random().nextInt(Integer.MAX_VALUE));

    @AfterEach
    void close() {
        storage.close();
    }

    private IdempotencyStorm stormOn(IdempotencyStore store) {
        return new IdempotencyStorm(() -> new IdempotencyStorm.Peer(storage, store, () -> {}));
    }

    @Test
    void eachEffectIsOnRecordOnce() {
        System.out.println(stormOn(sound).run(seed, 1_000, 6));
    }

    @Test
    void aStoreThatLetsEverybodyStartIsFoundOut() {
        IdempotencyStore lax = new Broken() {
            @Override
            public Begun begin(String key, Run run, Duration hold) {
                Begun begun = super.begin(key, run, hold);
                return begun instanceof InFlight ? new Started() : begun;
            }
        };
        assertThatThrownBy(() -> stormOn(lax).run(seed, 50, 20))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("seed " + seed)
                .hasMessageContaining("key ");
    }

    @Test
    void aStoreThatForgetsResultsIsFoundOut() {
        IdempotencyStore forgetful = new Broken() {
            @Override
            public boolean complete(String key, Run run, Payload result, Duration retention) {
                return key.hashCode() % 20 == 0 ? abandon(key, run) : super.complete(key, run, result, retention);
            }
        };
        assertThatThrownBy(() -> stormOn(forgetful).run(seed, 50, 20)).hasMessageContaining("key ");
    }

    @Test
    void aStoreThatLetsTheLastResultWinIsFoundOut() {
        IdempotencyStore unfenced = new Broken() {
            @Override
            public boolean complete(String key, Run run, Payload result, Duration retention) {
                return super.complete(
                        key, run, key.endsWith("7") ? new Payload(1, new byte[] {'0'}) : result, retention);
            }
        };
        assertThatThrownBy(() -> stormOn(unfenced).run(seed, 50, 20)).hasMessageContaining("key ");
    }

    private class Broken implements IdempotencyStore {
        @Override
        public Begun begin(String key, Run run, Duration hold) {
            return sound.begin(key, run, hold);
        }

        @Override
        public boolean complete(String key, Run run, Payload result, Duration retention) {
            return sound.complete(key, run, result, retention);
        }

        @Override
        public boolean abandon(String key, Run run) {
            return sound.abandon(key, run);
        }
    }
}
