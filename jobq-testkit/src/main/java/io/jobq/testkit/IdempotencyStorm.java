package io.jobq.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobq.Job;
import io.jobq.JobId;
import io.jobq.JobQ;
import io.jobq.JobSnapshot;
import io.jobq.JobState;
import io.jobq.idempotency.IdempotencyStore;
import io.jobq.idempotency.IdempotencyStore.Begun;
import io.jobq.idempotency.IdempotencyStore.Completed;
import io.jobq.idempotency.IdempotencyStore.Run;
import io.jobq.spi.JobFilter;
import io.jobq.spi.Page;
import io.jobq.spi.Payload;
import io.jobq.spi.Storage;
import io.jobq.spi.StorageStats.QueueStats;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Delivers a few keys many times to worker processes that die, hang and lose messages, and whose handlers crash. After it,
 * the store must know one effect per key, every job must have succeeded with that, and each effect that took place beside
 * it must be one that the contract allows: its run crashed, died or was overtaken before its result was on record.
 *
 * <p>The order of events depends on threads, so a seed repeats a storm's plan, not its every step. A failure tells it.
 */
public final class IdempotencyStorm {
    private static final String QUEUE = "default";
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration RETENTION = Duration.ofHours(1);
    private static final int PROCESSES = 3;
    private static final int KEYS_AT_A_TIME = 50;
    private static final int KILLS_AT_A_TIME = 2;

    private final Supplier<Peer> peers;
    private final EffectLedger ledger = new EffectLedger();
    private final List<MortalProcess> alive = new ArrayList<>();
    private final List<MortalProcess> dead = new ArrayList<>();

    /**
     * What one process has of its own to reach what all share.
     *
     * @param storage where the jobs are; keeps all of them when they have succeeded
     * @param store where the results are
     * @param close frees what this process has opened
     */
    public record Peer(Storage storage, IdempotencyStore store, Runnable close) {}

    /** Storms over storages and stores that all have the same, at first empty, content. May be run once. */
    public IdempotencyStorm(Supplier<Peer> peers) {
        this.peers = peers;
    }

    /**
     * Delivers each of so many keys so many times.
     *
     * @return what happened, for people
     */
    public String run(long seed, int keys, int deliveriesPerKey) {
        Peer control = peers.get();
        try {
            Random random = new Random(seed);
            storm(control, random, keys, deliveriesPerKey);
            long deliveries = (long) keys * deliveriesPerKey;
            await(() -> {
                replaceTheDead(random);
                return succeeded(control.storage()) == deliveries
                        && alive.stream().noneMatch(MortalProcess::isHanging);
            });
            verify(control, keys, deliveriesPerKey);
            return "seed " + seed + ": " + keys + " keys, " + deliveries + " deliveries, " + dead.size() + " deaths, "
                    + ledger.repetitions() + " repetitions that the contract allows, " + ledger.overtaken()
                    + " effects of overtaken runs";
        } catch (AssertionError | RuntimeException failed) {
            String message = "idempotency storm with seed " + seed + " failed: " + failed.getMessage();
            throw new AssertionError(message + "\n" + leftovers(control.storage()), failed);
        } finally {
            end(control);
        }
    }

    /** What has not come to its end. */
    private String leftovers(Storage storage) {
        JobFilter live = JobFilter.ALL.withStates(JobState.SCHEDULED, JobState.READY, JobState.RUNNING);
        long hanging = alive.stream().filter(MortalProcess::isHanging).count();
        return storage.admin().stats().queues().get(QUEUE) + ", " + hanging + " of " + alive.size()
                + " processes hang; live jobs, the first 10: "
                + storage.admin().list(live, null, 10).jobs();
    }

    private void end(Peer control) {
        alive.forEach(MortalProcess::die);
        alive.forEach(MortalProcess::awaitEnd);
        dead.forEach(MortalProcess::awaitEnd);
        control.close().run();
    }

    private void storm(Peer control, Random random, int keys, int deliveriesPerKey) {
        try (JobQ producer =
                JobQ.builder().storage(control.storage()).producerOnly().build()) {
            for (int from = 0; from < keys; from += KEYS_AT_A_TIME) {
                int to = Math.min(keys, from + KEYS_AT_A_TIME);
                long before = ledger.ended();
                List<Job> deliveries = deliveries(from, to, deliveriesPerKey, random);
                producer.queue(QUEUE).enqueueAll(deliveries);
                for (int kill = 0; kill < KILLS_AT_A_TIME; kill++) {
                    replaceTheDead(random);
                    long until = before + random.nextInt(deliveries.size() / 2);
                    await(() -> {
                        replaceTheDead(random);
                        return ledger.ended() >= until;
                    });
                    kill(random);
                }
            }
        }
    }

    private void kill(Random random) {
        MortalProcess victim = alive.get(random.nextInt(PROCESSES));
        if (!victim.isHanging()) {
            victim.die();
        }
    }

    private static List<Job> deliveries(int from, int to, int each, Random random) {
        List<Job> jobs = new ArrayList<>();
        for (int key = from; key < to; key++) {
            for (int i = 0; i < each; i++) {
                jobs.add(Job.of(MortalProcess.TYPE, key).idempotencyKey("key " + key));
            }
        }
        Collections.shuffle(jobs, random);
        return jobs;
    }

    private void replaceTheDead(Random random) {
        for (MortalProcess each : List.copyOf(alive)) {
            if (each.isDead()) {
                alive.remove(each);
                dead.add(each);
            }
        }
        while (alive.size() < PROCESSES) {
            alive.add(new MortalProcess(peers.get(), ledger, random.nextLong()));
        }
    }

    private static long succeeded(Storage storage) {
        QueueStats stats = storage.admin().stats().queues().get(QUEUE);
        return stats == null ? 0 : stats.count(JobState.SUCCEEDED);
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("patience of %s", PATIENCE).isLessThan(deadline);
            LockSupport.parkNanos(10_000_000);
        }
    }

    private void verify(Peer control, int keys, int deliveriesPerKey) {
        Map<String, Map<Payload, Integer>> results = results(control.storage());
        assertThat(results).as("keys of jobs").hasSize(keys);
        for (int key = 0; key < keys; key++) {
            Completed record = record(control.store(), key);
            assertThat(results.get("key " + key))
                    .as("results of the jobs with key %d", key)
                    .isEqualTo(Map.of(Objects.requireNonNull(record.result()), deliveriesPerKey));
            assertOneEffect(key, record);
        }
    }

    private static Completed record(IdempotencyStore store, int key) {
        Begun begun = store.begin(MortalProcess.TYPE + "::key " + key, new Run(JobId.next(), 1), RETENTION);
        assertThat(begun).as("record of key %d", key).isInstanceOf(Completed.class);
        return (Completed) begun;
    }

    private void assertOneEffect(int key, Completed record) {
        List<EffectLedger.Effect> effects = ledger.of(key);
        Payload result = record.result();
        assertThat(effects.stream().filter(effect -> encoded(effect).equals(result)))
                .as("effects of key %d that the store has on record", key)
                .singleElement()
                .matches(effect -> effect.run().equals(record.by()), "is by run " + record.by());
        assertThat(effects.stream()
                        .filter(effect -> !encoded(effect).equals(result))
                        .filter(effect -> !ledger.isExcused(effect)))
                .as("effects of key %d that were repeated though no run had crashed; on record is %s", key, record)
                .isEmpty();
    }

    private static Payload encoded(EffectLedger.Effect effect) {
        return new Payload(1, String.valueOf(effect.number()).getBytes(StandardCharsets.UTF_8));
    }

    /** By key, how many jobs have which result. */
    private static Map<String, Map<Payload, Integer>> results(Storage storage) {
        Map<String, Map<Payload, Integer>> results = new HashMap<>();
        @Nullable String cursor = null;
        do {
            Page page = storage.admin().list(JobFilter.ALL, cursor, 1_000);
            for (JobSnapshot job : page.jobs()) {
                assertThat(job.result()).as("result of job %s", job.id()).isNotNull();
                results.computeIfAbsent(job.job().options().idempotencyKey(), key -> new HashMap<>())
                        .merge(job.result(), 1, Integer::sum);
            }
            cursor = page.next();
        } while (cursor != null);
        return results;
    }
}
