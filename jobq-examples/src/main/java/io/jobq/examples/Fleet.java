package io.jobq.examples;

import io.jobq.Job;
import io.jobq.JobHandle;
import io.jobq.JobQ;
import io.jobq.JobSnapshot;
import io.jobq.JobState;
import io.jobq.JobType;
import io.jobq.WorkerOptions;
import io.jobq.redis.RedisStorage;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/**
 * A worker dies, and its jobs do not: three processes render tiles, each with a heartbeat and leases of three seconds.
 * One of them is killed with {@code kill -9} in the middle of its work. When its leases have run out, the others do what
 * it had begun. The table of {@link FleetMonitor} shows it meanwhile.
 *
 * <p>Ends with 0 when every tile is rendered, with 1 when something went wrong, with 2 when the arguments make no sense.
 */
public final class Fleet {
    private static final JobType<Tile> RENDER_TILE = JobType.of("render_tile", Tile.class);
    private static final String QUEUE = "render";
    private static final int TILES = 48;
    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final Duration UNTIL_KILL = Duration.ofSeconds(2);
    private static final List<String> WORKERS = List.of("worker-a", "worker-b", "worker-c");
    private static final String VICTIM = "worker-b";
    private static final RedisProgram PROGRAM = new RedisProgram(
            "fleet",
            "usage: fleet [demo | worker NAME] --redis URI [--prefix TEXT] [--seconds N] [--plain]",
            Duration.ofMinutes(1));

    record Tile(String name, int millisToRender) {}

    private final RedisArguments arguments;
    private final RedisStorage storage;
    private final PrintStream out;

    private Fleet(RedisArguments arguments, RedisStorage storage, PrintStream out) {
        this.arguments = arguments;
        this.storage = storage;
        this.out = out;
    }

    /** Runs the program: {@code fleet [demo | worker NAME] --redis URI [--prefix TEXT] [--seconds N] [--plain]}. */
    public static void main(String[] args) throws Exception {
        int status = run(List.of(args), System.out, System.err);
        if (status != 0) {
            System.exit(status);
        }
    }

    /** Runs the program; returns the exit status. */
    static int run(List<String> args, PrintStream out, PrintStream err) throws Exception {
        return PROGRAM.run(args, err, (arguments, storage) -> new Fleet(arguments, storage, out).play());
    }

    private boolean play() throws UsageException, InterruptedException {
        return switch (arguments.role()) {
            case "demo" -> demo();
            case "worker" -> work();
            default -> throw new UsageException("no such role: " + arguments.role());
        };
    }

    // ---- a worker

    private boolean work() throws InterruptedException {
        WorkerOptions options = WorkerOptions.DEFAULT
                .withName(arguments.name())
                .queue(QUEUE, 1)
                .withConcurrency(4)
                .withLeaseTime(LEASE);
        JobQ.Builder described = JobQ.builder()
                .storage(storage)
                .compute(RENDER_TILE, (tile, job) -> render(tile))
                .worker(options);
        try (JobQ working = described.start()) {
            Thread.sleep(arguments.deadline().left().toMillis());
        }
        return true;
    }

    /** Stands in for real work; returns who did it. */
    private String render(Tile tile) throws InterruptedException {
        Thread.sleep(tile.millisToRender());
        out.println("rendered " + tile.name());
        return arguments.name();
    }

    // ---- the demo

    private boolean demo() throws InterruptedException {
        boolean live = !arguments.plain() && ProgressBar.isWatched();
        LiveLines screen = new LiveLines(out, live);
        try (JobQ jobq = JobQ.builder().storage(storage).producerOnly().build();
                WorkerJvms workers = new WorkerJvms(Fleet.class, WORKERS, arguments, screen::say)) {
            if (!workers.awaitAll(jobq, arguments.deadline())) {
                screen.say("the workers did not come up");
                return false;
            }
            List<JobHandle> tiles = jobq.queue(QUEUE).enqueueAll(tiles());
            FleetView view =
                    new FleetView(jobq, screen, live ? new Terminal(System.in)::columns : () -> Terminal.UNLIMITED, "");
            view.watch(Deadline.in(UNTIL_KILL), () -> false);
            workers.kill(VICTIM);
            Instant killed = Instant.now();
            screen.say("==== killed " + VICTIM + " with kill -9, in the middle of its jobs");
            view.watch(arguments.deadline(), allDone(tiles)::isDone);
            return report(screen, tiles, killed);
        }
    }

    private static List<Job> tiles() {
        return IntStream.rangeClosed(1, TILES)
                .mapToObj(number -> new Tile("tile-" + number, 600 + number % 5 * 100))
                .map(tile -> Job.of(RENDER_TILE, tile).header("tile", tile.name()))
                .toList();
    }

    private static CompletableFuture<Void> allDone(List<JobHandle> jobs) {
        return CompletableFuture.allOf(
                jobs.stream().map(job -> job.result(String.class)).toArray(CompletableFuture<?>[]::new));
    }

    private static boolean report(LiveLines screen, List<JobHandle> jobs, Instant killed) {
        int recovered = 0;
        int done = 0;
        for (JobHandle job : jobs) {
            JobSnapshot now = job.find().orElseThrow();
            if (now.state() == JobState.SUCCEEDED) {
                done++;
                if (now.losses() > 0) {
                    recovered++;
                    screen.say(recovery(job, now, killed));
                }
            }
        }
        screen.say("==== rendered %d of %d tiles, %d of them begun by %s and recovered; leases last %d s"
                .formatted(done, jobs.size(), recovered, VICTIM, LEASE.toSeconds()));
        return done == jobs.size();
    }

    /** The start is by Redis' clock, the kill by that of this machine. */
    private static String recovery(JobHandle job, JobSnapshot now, Instant killed) {
        Instant started = Objects.requireNonNull(now.times().started());
        return "%s was begun by %s and rendered by %s, where it started %.1f s after the kill"
                .formatted(
                        now.job().options().headers().get("tile"),
                        VICTIM,
                        job.result(String.class).join(),
                        Duration.between(killed, started).toMillis() / 1e3);
    }
}
