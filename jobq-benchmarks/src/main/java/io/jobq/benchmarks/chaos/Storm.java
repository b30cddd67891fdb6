package io.jobq.benchmarks.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Does to workers, ways and Redis what the plan says. Faults that last overlap with those that come next. */
final class Storm implements AutoCloseable {
    private final SplittableRandom random;
    private final Fleet fleet;
    private final List<Proxy> ways;
    private final @Nullable OwnRedis redis;
    private final Duration lease;
    private final ScheduledExecutorService healer = Executors.newSingleThreadScheduledExecutor();
    private final List<Runnable> cures = new ArrayList<>();

    Storm(SplittableRandom random, Fleet fleet, List<Proxy> ways, @Nullable OwnRedis redis, Duration lease) {
        this.random = random;
        this.fleet = fleet;
        this.ways = ways;
        this.redis = redis;
        this.lease = lease;
    }

    /** Goes through the plan, waits for the end of the time, and makes everything good again. */
    void rage(List<Plan.Step> plan, Duration time) throws InterruptedException {
        long start = System.nanoTime();
        for (Plan.Step step : plan) {
            sleepUntil(start + step.at().toNanos());
            strike(step.fault());
        }
        sleepUntil(start + time.toNanos());
        healer.shutdownNow();
        healer.awaitTermination(1, TimeUnit.MINUTES);
        cures.forEach(Runnable::run);
    }

    private static void sleepUntil(long nanos) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(nanos - System.nanoTime());
    }

    private void strike(Plan.Fault fault) throws InterruptedException {
        int victim = random.nextInt(1 << 20);
        switch (fault) {
            case KILL -> fleet.kill(victim);
            case PAUSE -> cure(fleet.pause(victim), between(lease.toMillis() + 500, lease.toMillis() * 2 + 500));
            case CUT -> cut(ways.get(victim % ways.size()));
            case RESTART -> restart();
        }
    }

    private void cut(Proxy way) {
        way.set(random.nextBoolean() ? Proxy.State.SILENT : Proxy.State.CLOSED);
        cure(() -> way.set(Proxy.State.OPEN), between(1_000, 10_000));
    }

    private void restart() throws InterruptedException {
        if (redis != null) {
            redis.restart(between(100, 3_000));
        }
    }

    private Duration between(long from, long to) {
        return Duration.ofMillis(random.nextLong(from, to + 1));
    }

    private void cure(@Nullable Runnable cure, Duration after) {
        if (cure != null) {
            cures.add(cure);
            healer.schedule(cure, after.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void close() {
        healer.shutdownNow();
    }
}
