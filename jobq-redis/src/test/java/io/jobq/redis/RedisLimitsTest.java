package io.jobq.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobq.JobId;
import io.jobq.JobState;
import io.jobq.Priority;
import io.jobq.limits.Limit;
import io.jobq.limits.Rate;
import io.jobq.spi.Claim;
import io.jobq.spi.Due;
import io.jobq.spi.Exchange.Claimed;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import io.jobq.spi.JobOptions;
import io.jobq.spi.NewJob;
import io.jobq.spi.Payload;
import io.jobq.spi.Report;
import io.jobq.spi.Rule;
import io.jobq.spi.Settlement;
import io.jobq.spi.Signal;
import io.jobq.spi.StorageException;
import io.jobq.spi.UniqueKey;
import io.jobq.spi.UniqueKey.Until;
import io.jobq.spi.WorkerLease;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What Redis alone has: keys that must not stay, memory, commands, limits of the server, partitions. */
class RedisLimitsTest {
    private static final String QUEUE = "mail";
    private static final WorkerLease WORKER = new WorkerLease("w", Duration.ofSeconds(30));
    private final List<RedisStorage> opened = new ArrayList<>();
    private RedisProcess redis;

    @BeforeEach
    void start() {
        redis = RedisProcess.start("--save", "");
    }

    @AfterEach
    void stop() {
        opened.forEach(RedisStorage::close);
        redis.close();
    }

    private RedisStorage open(RedisOptions options) {
        RedisStorage storage = RedisStorage.connect(options);
        opened.add(storage);
        return storage;
    }

    private RedisOptions options() {
        return RedisOptions.of(redis.uri()).withTimeout(Duration.ofSeconds(2));
    }

    private static NewJob job(JobOptions options) {
        byte[] payload = ("\"" + "x".repeat(98) + "\"").getBytes(StandardCharsets.UTF_8);
        return new NewJob(JobId.next(), QUEUE, "send_email", new Payload(1, payload), options);
    }

    private static List<NewJob> jobs(int count) {
        List<NewJob> jobs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            jobs.add(job(JobOptions.DEFAULT));
        }
        return jobs;
    }

    private static List<Claimed> claim(RedisStorage storage, int limit) {
        return storage.jobs()
                .exchange(List.of(), new Claim(WORKER, List.of(new Claim.Share(QUEUE, limit)), limit, Set.of()))
                .claimed();
    }

    private static void settle(RedisStorage storage, List<Settlement> done) {
        storage.jobs().exchange(done, new Claim(WORKER, List.of(), 0, Set.of()));
    }

    private Set<String> keys() {
        return new TreeSet<>(List.of(redis.ask("KEYS", "*").split("\\s+", -1)));
    }

    @Test
    void nothingStaysBehind() {
        RedisStorage storage = open(options());
        storage.jobs().insert(List.of(job(JobOptions.DEFAULT)));
        settle(
                storage,
                List.of(new Settlement.Succeeded(claim(storage, 1).get(0).lease(), Report.NOTHING, null)));
        deleteAll(storage);
        assertThat(claim(storage, 1)).isEmpty();
        Set<String> constant = keys();

        everythingThatCanHappen(storage);
        deleteAll(storage);
        assertThat(claim(storage, 100)).as("holes").isEmpty();
        assertThat(keys()).isEqualTo(constant);
    }

    private static void everythingThatCanHappen(RedisStorage storage) {
        List<NewJob> jobs = jobs(20);
        for (Until until : Until.values()) {
            Duration window = until == Until.WINDOW ? Duration.ofHours(1) : null;
            jobs.add(1, job(JobOptions.DEFAULT.withUnique(new UniqueKey("k" + until, until, window, false))));
            jobs.add(2, job(JobOptions.DEFAULT.withUnique(new UniqueKey("k" + until, until, window, true))));
        }
        jobs.add(job(JobOptions.DEFAULT.withDue(new Due.In(Duration.ofHours(1)))));
        jobs.add(job(JobOptions.DEFAULT.withPriority(Priority.LOW)));
        storage.jobs().insert(jobs);
        List<Settlement> done = new ArrayList<>();
        for (Claimed claimed : claim(storage, 12)) {
            var words = new Report.Words(50, "half", List.of("line"));
            done.add(
                    switch (done.size() % 6) {
                        case 0 -> new Settlement.Succeeded(claimed.lease(), words, new Payload(1, new byte[] {'1'}));
                        case 1 -> new Settlement.Discard(claimed.lease(), words, null, "no");
                        case 2 -> new Settlement.Snooze(claimed.lease(), words, Duration.ofHours(1), "later");
                        case 3 -> new Settlement.Release(claimed.lease(), words);
                        case 4 -> new Settlement.Park(claimed.lease(), words);
                        default -> new Settlement.Cancel(claimed.lease(), words, "no");
                    });
        }
        settle(storage, done);
        for (JobAction action : List.of(
                new JobAction.ChangePriority(Priority.HIGH),
                new JobAction.Reschedule(new Due.In(Duration.ofHours(1))),
                new JobAction.RunNow(),
                new JobAction.Cancel("no"))) {
            storage.admin().apply(JobFilter.ALL, action, null, 5);
        }
        storage.admin().apply(JobFilter.ALL, new JobAction.Replay(null), null, 5);
        storage.admin().apply(JobFilter.ALL.withStates(JobState.DEAD), new JobAction.Replay(QUEUE), null, 5);
    }

    private static void deleteAll(RedisStorage storage) {
        String cursor = null;
        do {
            cursor = storage.admin()
                    .apply(JobFilter.ALL, new JobAction.Delete(), cursor, 100)
                    .next();
        } while (cursor != null);
    }

    @Test
    void tenantsThatHaveBeenServedAreForgottenSomeAtATime() {
        RedisStorage storage = open(options());
        List<NewJob> jobs = new ArrayList<>();
        for (int i = 0; i < 2_500; i++) {
            jobs.add(job(JobOptions.DEFAULT.withTenant("t" + i)));
        }
        storage.jobs().insert(jobs);
        assertThat(claim(storage, 2_500)).hasSize(2_500);
        for (int left : List.of(1_500, 500, 0)) {
            storage.jobs().sweep(10);
            assertThat(redis.ask("ZCARD", "jobq:{mail}:tenants")).isEqualTo(String.valueOf(left));
        }
        assertThat(redis.ask("HEXISTS", "jobq:{mail}:meta", "virtual:5")).isEqualTo("0");
    }

    @Test
    void whoseTurnItIsUnderALimitIsForgottenWithTheLastThatItHeldBack() {
        RedisStorage storage = open(options());
        storage.admin().rule(QUEUE, new Rule(Rule.Target.TYPE, "send_email", Limit.concurrency(1), 0, null));
        for (String tenant : List.of("a", "b", "a", "b")) {
            storage.jobs().insert(List.of(job(JobOptions.DEFAULT.withTenant(tenant))));
        }
        for (int i = 0; i < 4; i++) {
            Claimed running = claim(storage, 10).get(0);
            settle(storage, List.of(new Settlement.Succeeded(running.lease(), Report.NOTHING, null)));
            assertThat(redis.ask("HKEYS", "jobq:{mail}:meta").contains("turn:5y"))
                    .isEqualTo(i < 2);
        }
        assertThat(redis.ask("HKEYS", "jobq:{mail}:meta")).doesNotContain("review");
    }

    @Test
    void aWaitingJobTakesAtMostThreeHundredBytes() {
        RedisStorage storage = open(options());
        storage.jobs().insert(jobs(1));
        long before = Long.parseLong(redis.info("used_memory"));
        storage.jobs().insert(jobs(100_000));
        long bytes = (Long.parseLong(redis.info("used_memory")) - before) / 100_000;

        assertThat(bytes).isLessThanOrEqualTo(300);
    }

    @Test
    void aProcessThatWatchesTheNextDueTimeAndDiesDoesNotDelayWhatARateHoldsBack() {
        RedisStorage dying = open(options());
        dying.jobs().insert(List.of(job(JobOptions.DEFAULT.withDue(new Due.In(Duration.ofHours(1))))));
        assertThat(claim(dying, 1)).isEmpty(); // and watches
        RedisStorage living = open(options());
        Limit slow = Limit.rate(new Rate(1, Duration.ofSeconds(10), 1));
        living.admin().rule(QUEUE, new Rule(Rule.Target.TYPE, "send_email", slow, 0, null));
        living.jobs().insert(jobs(3));
        Claim want = new Claim(WORKER, List.of(new Claim.Share(QUEUE, 2)), 2, Set.of());

        assertThat(living.jobs().exchange(List.of(), want).claimed()).hasSize(1);
        assertThat(living.jobs().exchange(List.of(), want).nextDue())
                .isNotNull()
                .isLessThanOrEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void oneJobWakesOneOfManyIdleProcesses() throws InterruptedException {
        AtomicInteger woken = new AtomicInteger();
        CountDownLatch heardAll = new CountDownLatch(20);
        for (int i = 0; i < 20; i++) {
            RedisStorage idle = open(options());
            idle.jobs().listen(Set.of(Signal.Kind.READY), signal -> {
                if (signal.queue().equals(QUEUE)) {
                    woken.incrementAndGet();
                } else {
                    heardAll.countDown();
                }
            });
            assertThat(claim(idle, 1)).isEmpty();
        }
        RedisStorage producer = open(options());
        producer.jobs().insert(jobs(1));
        RedisProcess.patiently().until(() -> woken.get() > 0);
        producer.jobs().insert(jobs(3));
        redis.ask("PUBLISH", "jobq:ready", "the end"); // each hears this after all that came before

        assertThat(heardAll.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(woken.get()).isEqualTo(4);
    }

    @Test
    void aProcessThatHasDiedIsNotWaitedFor() {
        RedisStorage dead = open(options());
        assertThat(claim(dead, 1)).isEmpty();
        dead.close();
        AtomicInteger woken = waiting(open(options()));
        open(options()).jobs().insert(jobs(1));

        RedisProcess.patiently().until(() -> woken.get() == 1);
    }

    @Test
    void whoHasWaitedLongestIsWokenFirst() {
        RedisStorage producer = open(options());
        AtomicInteger first = waiting(open(options()));
        Instant noted = producer.registry().now(); // in milliseconds, as Redis notes the wait
        RedisProcess.patiently().until(() -> producer.registry().now().isAfter(noted));
        AtomicInteger second = waiting(open(options()));

        producer.jobs().insert(jobs(1));
        RedisProcess.patiently().until(() -> first.get() == 1);
        assertThat(second).hasValue(0);
        producer.jobs().insert(jobs(1));
        RedisProcess.patiently().until(() -> second.get() == 1);
        assertThat(first).hasValue(1);
    }

    @Test
    void aWorkerHearsOfJobsOfItsOwnProcessBeforeTheyAreStored() {
        RedisStorage storage = open(options());
        List<Thread> tellers = new CopyOnWriteArrayList<>();
        storage.jobs().listen(Set.of(Signal.Kind.READY), signal -> tellers.add(Thread.currentThread()));
        storage.jobs().insert(jobs(1));
        assertThat(tellers).doesNotContain(Thread.currentThread()); // nobody waited for it
        assertThat(claim(storage, 2)).hasSize(1);

        storage.jobs().insert(jobs(1));
        storage.jobs().insert(jobs(1));

        assertThat(tellers).containsOnlyOnce(Thread.currentThread());
    }

    /** Lets a process wait for work; returns how often it is woken. */
    private AtomicInteger waiting(RedisStorage process) {
        AtomicInteger woken = new AtomicInteger();
        process.jobs().listen(Set.of(Signal.Kind.READY), signal -> woken.incrementAndGet());
        assertThat(claim(process, 1)).isEmpty();
        return woken;
    }

    @Test
    void manyThreadsShareRoundTrips() throws Exception {
        RedisStorage storage = open(options());
        storage.jobs().insert(jobs(1));
        redis.ask("CONFIG", "RESETSTAT");
        ExecutorService pool = Executors.newFixedThreadPool(32);
        try {
            Callable<Object> some = () -> {
                for (int i = 0; i < 50; i++) {
                    storage.jobs().insert(jobs(1));
                }
                return null;
            };
            for (var each : pool.invokeAll(java.util.Collections.nCopies(32, some))) {
                each.get();
            }
        } finally {
            pool.shutdownNow();
        }
        String stats = redis.ask("INFO", "commandstats");
        long calls = Long.parseLong(stats.replaceAll("(?s).*cmdstat_evalsha:calls=(\\d+).*", "$1"));
        assertThat(calls).as("round trips for 1,600 jobs").isLessThan(800);
    }

    @Test
    void aQueueWhoseNameAFailoverHasLostIsFoundAgain() {
        RedisStorage producer = open(options());
        producer.jobs().insert(jobs(3));
        RedisStorage worker = open(options());
        claim(worker, 1);
        redis.ask("DEL", "jobq:queues");
        assertThat(worker.admin().stats().queues()).isEmpty();
        worker.jobs().sweep(10);

        assertThat(worker.admin().stats().queues()).containsOnlyKeys(QUEUE);
    }

    @Test
    void whatNoReplicaConfirmsIsNotClaimed() {
        RedisStorage storage = open(options());
        storage.jobs().insert(jobs(2));
        Claimed first = claim(storage, 1).get(0);
        RedisStorage careful = open(options().withReplicas(1));
        List<Settlement> done = List.of(new Settlement.Succeeded(first.lease(), Report.NOTHING, null));

        assertThatThrownBy(() -> careful.jobs()
                        .exchange(done, new Claim(WORKER, List.of(new Claim.Share(QUEUE, 5)), 5, Set.of())))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("0 of 1 replicas");
        assertThat(storage.admin().stats().queues().get(QUEUE).count(JobState.READY))
                .isEqualTo(1);
    }

    @Test
    void aClockThatIsPutBackDoesNotKeepHeldJobsFromTheirRate() {
        AtomicLong shift = new AtomicLong(TimeUnit.HOURS.toMicros(1));
        RedisStorage storage = RedisStorage.connect(options(), shift::get);
        opened.add(storage);
        Limit slow = Limit.rate(new Rate(1, Duration.ofMinutes(1), 1));
        storage.admin().rule(QUEUE, Rule.none(Rule.Target.TYPE, "send_email").withLimit(slow));
        storage.jobs().insert(jobs(3));
        assertThat(claim(storage, 10)).hasSize(1);
        storage.jobs().sweep(10);
        shift.set(0);
        storage.jobs().sweep(10);
        assertThat(claim(storage, 10)).isEmpty();
        shift.set(TimeUnit.SECONDS.toMicros(61));

        assertThat(claim(storage, 10)).hasSize(1);
    }

    @Test
    void aPauseThatNoReplicaConfirmsIsNotTakenForDone() {
        RedisStorage careful = open(options().withReplicas(1));
        Rule paused = Rule.none(Rule.Target.TYPE, "send_email").withPaused(true);

        assertThatThrownBy(() -> careful.admin().rule(QUEUE, paused, Rule.Part.PAUSE))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("0 of 1 replicas");
    }

    @Test
    void passwordsAreNotShown() {
        RedisOptions secret = RedisOptions.of("redis://me:p@ss/word@127.0.0.1:1");
        assertThat(secret.toString()).contains("127.0.0.1:1").doesNotContain("ss/word");
    }

    @Test
    void aFullRedisSaysSoAndLosesNothing() {
        RedisStorage storage = open(options());
        storage.jobs().insert(jobs(10));
        redis.ask("CONFIG", "SET", "maxmemory", "1");

        assertThatThrownBy(() -> storage.jobs().insert(jobs(10)))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("Redis is full");
        redis.ask("CONFIG", "SET", "maxmemory", "0");
        storage.jobs().insert(jobs(10));
        assertThat(claim(storage, 100)).hasSize(20);
    }

    @Test
    void anEvictingRedisIsRefused() {
        redis.ask("CONFIG", "SET", "maxmemory", "100mb");
        redis.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
        assertThatThrownBy(() -> open(options()))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("noeviction");
    }

    @Test
    void aReplicaIsRefused() {
        redis.ask("REPLICAOF", "127.0.0.1", "1");
        assertThatThrownBy(() -> open(options()))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("replica");
    }

    @Test
    void anotherLayoutIsRefused() {
        redis.ask("SET", "jobq:version", "99");
        assertThatThrownBy(() -> open(options()))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("layout 99");
    }

    @Test
    void anUnreachableRedisSaysWhere() {
        redis.stop();
        assertThatThrownBy(() -> open(options()))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("127.0.0.1:" + redis.port());
        assertThatThrownBy(() -> RedisStorage.connect("http://x")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void missingPermissionsAreNamed() {
        redis.ask("ACL", "SETUSER", "poor", "on", ">pw", "~*", "&*", "+@all", "-evalsha", "-eval");
        RedisStorage poor = open(RedisOptions.of("redis://poor:pw@127.0.0.1:" + redis.port()));
        assertThatThrownBy(() -> poor.jobs().insert(jobs(1)))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("permissions")
                .hasMessageNotContaining("pw@");
    }

    @Test
    void anOutageIsBufferedInOrderAndBounded() {
        RedisStorage storage =
                open(options().withTimeout(Duration.ofMillis(500)).withOutageBuffer(50));
        storage.jobs().insert(jobs(1));
        redis.stop();
        List<NewJob> meanwhile = jobs(50);
        meanwhile.forEach(job -> storage.jobs().insert(List.of(job)));
        assertThat(storage.buffered()).isEqualTo(50);
        assertThatThrownBy(() -> storage.jobs().insert(jobs(1)))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("outage buffer is full");
        redis.restart();

        RedisProcess.patiently().until(() -> storage.buffered() == 0);
        assertThat(claim(storage, 100).stream().map(c -> c.job().id()).toList())
                .containsSubsequence(meanwhile.stream().map(NewJob::id).toList());
    }

    @Test
    void partitionsShareAQueue() {
        RedisStorage storage = open(options().withPartitions(QUEUE, 4));
        List<NewJob> jobs = jobs(200);
        storage.jobs().insert(jobs);
        Set<JobId> claimed = new HashSet<>();
        List<Settlement> done = new ArrayList<>();
        for (List<Claimed> some = claim(storage, 30); !some.isEmpty(); some = claim(storage, 30)) {
            for (Claimed each : some) {
                claimed.add(each.job().id());
                done.add(new Settlement.Succeeded(each.lease(), Report.NOTHING, null));
            }
        }
        settle(storage, done);

        assertThat(claimed).hasSize(200);
        var stats = storage.admin().stats().queues().get(QUEUE);
        assertThat(stats.count(JobState.SUCCEEDED)).isEqualTo(200);
        assertThat(redis.ask("KEYS", "*:succeeded").split("\\s+", -1)).hasSize(4);
        assertThatThrownBy(() -> open(options().withPartitions(QUEUE, 8)))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("4 partitions");
    }

    @Test
    void oneTenantKeepsItsOrderInAPartitionedQueue() {
        RedisStorage storage = open(options().withPartitions(QUEUE, 8));
        List<NewJob> jobs = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            jobs.add(job(JobOptions.DEFAULT.withTenant("acme")));
        }
        storage.jobs().insert(jobs);

        assertThat(claim(storage, 50).stream().map(c -> c.job().id()).toList())
                .isEqualTo(jobs.stream().map(NewJob::id).toList());
    }
}
