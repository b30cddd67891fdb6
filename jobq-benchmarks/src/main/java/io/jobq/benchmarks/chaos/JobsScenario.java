package io.jobq.benchmarks.chaos;

import io.jobq.Job;
import io.jobq.JobQ;
import io.jobq.Priority;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/** Plain jobs: none is lost, and nothing is done by who has lost its lease. */
final class JobsScenario implements Scenario {
    private static final int THREADS = 4;
    private static final int LONGEST_DELAY = 1_000;

    @Override
    public String name() {
        return "jobs";
    }

    @Override
    public void serve(JobQ.Builder system, Seat seat) {
        plain(system, seat);
    }

    /** A handler whose only effect is that it is seen to have run, and when by its process' own clock. */
    static void plain(JobQ.Builder system, Seat seat) {
        system.handle(ChaosSettings.TYPE, Long.class, (millis, job) -> {
            String run = seat.nextRun();
            seat.history().started(seat.name(), job, run, Long.toString(System.currentTimeMillis()));
            Thread.sleep(millis);
            seat.history().effect(seat.name(), job, run);
        });
    }

    @Override
    public List<Check> judge(Aftermath aftermath) {
        return List.of(Skew.check(aftermath));
    }

    @Override
    public Load start(Ground ground, SplittableRandom random) {
        Chaos.Load load = ground.course().load();
        Producers.Pace pace = new Producers.Pace(THREADS, load.rate(), 1);
        return ProducersLoad.endless(ground, pace, own -> job(own, load.workMillis()), random);
    }

    /** Some are delayed, some are urgent, so that every way through the storage is taken. */
    private static Job job(SplittableRandom random, int workMillis) {
        Job job = Job.of(ChaosSettings.TYPE, random.nextLong(2L * workMillis + 1));
        return switch (random.nextInt(10)) {
            case 0 -> job.delay(Duration.ofMillis(random.nextInt(LONGEST_DELAY)));
            case 1 -> job.priority(Priority.HIGH);
            default -> job;
        };
    }
}
