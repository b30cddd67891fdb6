package io.jobq.examples;

import io.jobq.JobQ;
import io.jobq.redis.RedisStorage;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;

/**
 * Watches the queues and workers of any JobQ system on a Redis, from a process of its own: what waits, runs and is done
 * per queue; who is there, how busy, and when last seen. The table changes in place on a terminal; elsewhere, or with
 * {@code --plain}, it is printed again every second. Ends on Ctrl-C, or after {@code --seconds}.
 */
public final class FleetMonitor {
    private static final RedisProgram PROGRAM = new RedisProgram(
            "fleet-monitor",
            "usage: fleet-monitor --redis URI [--prefix TEXT] [--seconds N] [--plain]",
            Duration.ofDays(365));

    private FleetMonitor() {}

    /** Runs the program: {@code fleet-monitor --redis URI [--prefix TEXT] [--seconds N] [--plain]}. */
    public static void main(String[] args) throws Exception {
        int status = run(List.of(args), System.out, System.err);
        if (status != 0) {
            System.exit(status);
        }
    }

    /** Runs the program; returns the exit status. */
    static int run(List<String> args, PrintStream out, PrintStream err) throws Exception {
        return PROGRAM.run(args, err, (arguments, storage) -> watch(arguments, storage, out));
    }

    private static boolean watch(RedisArguments arguments, RedisStorage storage, PrintStream out)
            throws InterruptedException {
        LiveLines screen = new LiveLines(out, !arguments.plain() && ProgressBar.isWatched());
        try (JobQ jobq = JobQ.builder().storage(storage).producerOnly().build()) {
            new FleetView(jobq, screen).watch(arguments.deadline(), () -> false);
        }
        return true;
    }
}
