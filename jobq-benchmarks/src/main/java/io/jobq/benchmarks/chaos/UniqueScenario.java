package io.jobq.benchmarks.chaos;

import io.jobq.Job;
import io.jobq.JobQ;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * Unique keys, some of them much in demand, that producer processes fight for which are killed as workers are: never two live
 * jobs of one key, and no key is taken when all is done.
 */
final class UniqueScenario implements Scenario {
    private static final int PRODUCERS = 4;
    private static final int THREADS = 64;
    private static final int EACH = 100;
    private static final int ALL_JOBS = 10_000_000;

    @Override
    public String name() {
        return "unique";
    }

    @Override
    public int keeps() {
        return ALL_JOBS;
    }

    @Override
    public void serve(JobQ.Builder system, Seat seat) {
        JobsScenario.plain(system, seat);
    }

    /** How fast each producer process is. */
    static Producers.Pace pace(ChaosSettings.Task task) {
        return new Producers.Pace(THREADS, Math.max(1, task.rate() / PRODUCERS), 1);
    }

    /** What a producer process sends, until all together have sent enough. */
    static Producers.Source source(ChaosSettings.Task task, History history) {
        long enough = (long) task.keys() * EACH;
        return random -> history.ticket() > enough ? null : job(task, random);
    }

    /** The lower the number of a key, the more it is in demand. */
    private static Job job(ChaosSettings.Task task, SplittableRandom random) {
        int key = random.nextInt(1 + random.nextInt(task.keys()));
        return Job.of(ChaosSettings.TYPE, random.nextLong(2L * task.workMillis() + 1))
                .unique("key " + key);
    }

    @Override
    public Load start(Ground ground, SplittableRandom random) {
        for (int i = 0; i < PRODUCERS; i++) {
            ground.fleet().add(Fleet.PRODUCER, ground.ways().get());
        }
        return new Load() {
            @Override
            public Set<String> stop() {
                ground.fleet().awaitEnd(Fleet.PRODUCER);
                return ground.history().read().stream()
                        .filter(event -> event.kind() == Event.Kind.ACCEPT)
                        .map(Event::job)
                        .collect(Collectors.toSet());
            }

            @Override
            public void close() {
                // the fleet ends what is left
            }
        };
    }

    @Override
    public List<Check> judge(Aftermath aftermath) {
        Map<String, UniqueVerdict.Life> lives = aftermath.remains().lives();
        long answers = aftermath.events().stream()
                .filter(event -> event.kind() == Event.Kind.ACCEPT)
                .count();
        return List.of(
                Check.figure("jobs_stored", lives.size(), "jobs"),
                Check.figure("enqueues_answered", answers, "calls"),
                Check.none("two_live_jobs", UniqueVerdict.overlaps(lives)),
                Check.none("two_running_jobs", UniqueVerdict.runningTogether(aftermath.events(), lives)),
                Check.none("keys_left", aftermath.remains().leftovers("unique", "holds")));
    }
}
