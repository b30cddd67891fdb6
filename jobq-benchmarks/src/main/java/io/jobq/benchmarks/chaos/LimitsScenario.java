package io.jobq.benchmarks.chaos;

import io.jobq.Job;
import io.jobq.JobContext;
import io.jobq.JobQ;
import io.jobq.limits.Limit;
import io.jobq.limits.Limits;
import io.jobq.limits.Rate;
import io.jobq.spi.Storage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Limits of every kind, changed once in the middle: none is exceeded, and when all is done every slot is free again. With the
 * default load they are reached in bursts, and jobs held back make up for it in between.
 */
final class LimitsScenario implements Scenario {
    private static final int THREADS = 4;
    private static final int BURST = 50;
    private static final int TENANTS = 8;
    private static final int KEYS = 6;
    /** One in so many runs goes on for longer than a lease, which must be renewed. */
    private static final int SELDOM = 1_000;

    /** Rates leave a quarter more than is produced, in bursts far greater than theirs: nearly all starts wait for them. */
    private static LimitTerms terms(ChaosSettings settings) {
        int rate = settings.task().rate();
        return new LimitTerms(
                Map.of(
                        "queue", Limit.concurrency(32),
                        "type:alpha", Limit.concurrency(14),
                        "type:beta", rate(rate * 5 / 8, 10),
                        "tenant:", Limit.concurrency(5),
                        "tenant:t0", rate(rate * 5 / 32, 5),
                        "key:", Limit.concurrency(6)),
                Map.of(
                        "queue", Limit.concurrency(26),
                        "type:alpha", Limit.concurrency(18),
                        "type:beta", rate(rate * 3 / 4, 6),
                        "tenant:", Limit.concurrency(4),
                        "tenant:t0", rate(rate * 3 / 16, 3),
                        "key:", Limit.concurrency(5)));
    }

    private static Limit rate(int permits, int burst) {
        return Limit.rate(new Rate(Math.max(1, permits), Duration.ofSeconds(1), burst));
    }

    /** The payload. */
    record Work(long millis, String key) {}

    @Override
    public String name() {
        return "limits";
    }

    @Override
    public void serve(JobQ.Builder system, Seat seat) {
        for (String type : List.of("alpha", "beta")) {
            system.handle(type, Work.class, (work, job) -> work(work, job, seat));
        }
    }

    /** Begins and ends are written whatever happens: a run that were not seen to end would seem to have a slot. */
    private static void work(Work work, JobContext job, Seat seat) throws InterruptedException {
        History history = seat.history();
        String run = seat.nextRun();
        long claimed = Patience.until(() -> history.claimedAt(job));
        Patience.run(() -> history.started(
                seat.name(),
                job,
                run,
                Long.toString(claimed),
                "queue",
                "type:" + job.type(),
                "tenant:" + job.tenant(),
                "key:" + work.key()));
        Thread.sleep(work.millis());
        Patience.run(() -> history.effect(seat.name(), job, run));
    }

    @Override
    public Load start(Ground ground, SplittableRandom random) {
        set(ground.settings(), terms(ground.settings()).first());
        Chaos.Course course = ground.course();
        Producers.Pace pace = new Producers.Pace(THREADS, course.load().rate(), BURST);
        long half = System.nanoTime() + course.time().toNanos() / 2;
        AtomicBoolean isChanged = new AtomicBoolean();
        Producers.Source source = own -> {
            if (System.nanoTime() - half > 0 && isChanged.compareAndSet(false, true)) {
                change(ground);
            }
            return job(own, course.load().workMillis(), ground.settings().lease());
        };
        return ProducersLoad.endless(ground, pace, source, random);
    }

    private static Job job(SplittableRandom random, int workMillis, int lease) {
        long millis = random.nextInt(SELDOM) == 0 ? lease * 1_500L : random.nextLong(2L * workMillis + 1);
        String key = "k" + random.nextInt(KEYS);
        return Job.of(random.nextBoolean() ? "alpha" : "beta", new Work(millis, key))
                .tenant("t" + random.nextInt(TENANTS))
                .limitKey(key);
    }

    private static void change(Ground ground) {
        ground.history().fault(Event.Kind.CHANGE, "rules");
        set(ground.settings(), terms(ground.settings()).then());
        ground.history().fault(Event.Kind.CHANGED, "rules");
    }

    private static void set(ChaosSettings settings, Map<String, Limit> terms) {
        try (Storage storage = settings.connect(settings.uri())) {
            Limits limits = Limits.of(storage, ChaosSettings.QUEUE);
            terms.forEach((subject, limit) -> Patience.run(() -> set(limits, subject, limit)));
        }
    }

    private static void set(Limits limits, String subject, Limit limit) {
        String name = subject.substring(subject.indexOf(':') + 1);
        switch (subject.replaceAll(":.+", ":x")) {
            case "queue" -> limits.queue(limit);
            case "type:x" -> limits.type(name, limit);
            case "tenant:" -> limits.eachTenant(limit);
            case "tenant:x" -> limits.tenant(name, limit);
            case "key:" -> limits.eachKey(limit);
            default -> throw new IllegalArgumentException(subject);
        }
    }

    @Override
    public List<Check> judge(Aftermath aftermath) {
        ChaosSettings settings = aftermath.settings();
        long lease = Duration.ofSeconds(settings.lease()).toMillis();
        LimitVerdict verdict = LimitVerdict.of(aftermath.events(), terms(settings), lease);
        List<String> leaks = aftermath.remains().leftovers("running", "aside", "held", "leases", "claims");
        List<String> wrong = new LimitProbe(settings, slots(terms(settings).then())).run();
        tidy(aftermath);
        return List.of(
                Check.figure("claims_judged", verdict.claims(), "claims"),
                new Check(
                        "limits_reached",
                        verdict.reached().size(),
                        "limits",
                        Map.of("which", new TreeSet<>(verdict.reached())),
                        List.of()),
                Check.none("concurrency_exceeded", verdict.tooMany()),
                Check.none("rate_exceeded", verdict.tooOften()),
                Check.none("claims_unseen", verdict.unseen()),
                Check.none("slots_leaked", leaks),
                Check.none("slots_lost", wrong));
    }

    /** Jobs that are stopped by one limit only, and how many of them must run at once. */
    private static List<LimitProbe.Slots> slots(Map<String, Limit> limits) {
        List<LimitProbe.Slots> slots = new ArrayList<>();
        slots.add(new LimitProbe.Slots("beta", null, null, limit(limits, "queue")));
        slots.add(new LimitProbe.Slots("alpha", null, null, limit(limits, "type:alpha")));
        for (int i = 1; i < TENANTS; i++) {
            slots.add(new LimitProbe.Slots("alpha", "t" + i, null, limit(limits, "tenant:t" + i)));
        }
        for (int i = 0; i < KEYS; i++) {
            slots.add(new LimitProbe.Slots("alpha", null, "k" + i, limit(limits, "key:k" + i)));
        }
        return slots;
    }

    private static int limit(Map<String, Limit> limits, String subject) {
        return LimitTerms.of(limits, subject).concurrency();
    }

    /** Takes the rules back, so that nothing of them is left. */
    private static void tidy(Aftermath aftermath) {
        ChaosSettings settings = aftermath.settings();
        terms(settings).first().keySet().forEach(subject -> set(settings, Map.of(subject, Limit.NONE)));
        aftermath.remains().sweepAway("rates");
    }
}
