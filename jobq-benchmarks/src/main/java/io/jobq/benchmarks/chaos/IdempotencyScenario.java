package io.jobq.benchmarks.chaos;

import io.jobq.Job;
import io.jobq.JobContext;
import io.jobq.JobInterceptor;
import io.jobq.JobQ;
import io.jobq.Outcome;
import io.jobq.idempotency.Idempotency;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Each idempotency key delivered twenty times: the store has one effect of each on record, all deliveries have its result,
 * and each further effect is one that the contract allows.
 */
final class IdempotencyScenario implements Scenario {
    private static final int THREADS = 4;
    private static final int EACH = 20;
    private static final int KEYS_AT_A_TIME = 50;
    private static final int ALL_JOBS = 10_000_000;

    @Override
    public String name() {
        return "idempotency";
    }

    /** A worker that is cut off for more than five seconds may give up on its record, and the effect may be repeated. */
    @Override
    public boolean bears(Plan.Fault fault) {
        return fault != Plan.Fault.CUT;
    }

    @Override
    public int keeps() {
        return ALL_JOBS;
    }

    @Override
    public void serve(JobQ.Builder system, Seat seat) {
        system.compute(ChaosSettings.TYPE, Long.class, (millis, job) -> act(millis, job, seat))
                .interceptor(new Witness(seat))
                .interceptor(Idempotency.of(seat.storage().idempotency()).snoozeWhileInFlight(Duration.ofMillis(200)));
    }

    /** The effect is in the middle of the work, so that kills come between it and the record of it. */
    private static String act(long millis, JobContext job, Seat seat) throws InterruptedException {
        String run = seat.nextRun();
        Patience.run(() -> seat.history().started(seat.name(), job, run));
        Thread.sleep(millis / 2);
        Patience.run(() -> seat.history().effect(seat.name(), job, run));
        Thread.sleep(millis - millis / 2);
        return run;
    }

    /** Around the idempotency: says that the store has answered, and that its process lived to hear that. */
    private record Witness(Seat seat) implements JobInterceptor {
        @Override
        public Outcome aroundPerform(JobContext job, Callable<Outcome> next) throws Exception {
            Outcome outcome = next.call();
            Patience.run(() -> seat.history().answered(seat.name(), job));
            return outcome;
        }
    }

    @Override
    public Load start(Ground ground, SplittableRandom random) {
        Chaos.Load load = ground.course().load();
        List<Integer> order = order(ground.settings().task().keys(), random.nextLong());
        AtomicInteger next = new AtomicInteger();
        Producers.Source source = own -> {
            int index = next.getAndIncrement();
            return index < order.size() ? job(order.get(index), load.workMillis(), own) : null;
        };
        return ProducersLoad.whole(ground, new Producers.Pace(THREADS, load.rate(), 1), source, random);
    }

    private static Job job(int key, int workMillis, SplittableRandom random) {
        return Job.of(ChaosSettings.TYPE, random.nextLong(2L * workMillis + 1)).idempotencyKey("key-" + key);
    }

    /** Some keys at a time, so that runs of keys go on all the time. */
    private static List<Integer> order(int keys, long seed) {
        Random random = new Random(seed);
        List<Integer> all = new ArrayList<>();
        for (int from = 0; from < keys; from += KEYS_AT_A_TIME) {
            List<Integer> some = new ArrayList<>();
            for (int i = 0; i < EACH * Math.min(KEYS_AT_A_TIME, keys - from); i++) {
                some.add(from + i / EACH);
            }
            Collections.shuffle(some, random);
            all.addAll(some);
        }
        return all;
    }

    @Override
    public List<Check> judge(Aftermath aftermath) {
        Remains remains = aftermath.remains();
        Map<String, IdempotencyVerdict.Delivery> deliveries = remains.deliveries();
        Map<String, String> records = remains.takeRecords(ChaosSettings.TYPE);
        int keys = aftermath.settings().task().keys();
        IdempotencyVerdict verdict = IdempotencyVerdict.of(aftermath.events(), deliveries, records);
        List<String> missing = records.size() == keys ? List.of() : List.of(records.size() + " records of " + keys);
        return List.of(
                Check.figure("deliveries", deliveries.size(), "jobs"),
                Check.figure("effects_repeated_by_contract", verdict.excused(), "effects"),
                Check.none("records_missing", missing),
                Check.none("records_wrong", verdict.wrong()),
                Check.none("effects_unexcused", verdict.unexcused()));
    }
}
