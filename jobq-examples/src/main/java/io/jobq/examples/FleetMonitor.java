package io.jobq.examples;

import io.jobq.JobQ;
import io.jobq.redis.RedisStorage;
import java.io.InputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * Watches the queues and workers of any JobQ system on a Redis, from a process of its own: what waits, runs and is done
 * per queue, and whether more comes than goes; who is there, how busy, how fast, and when last seen. The table changes in place on a
 * terminal, and fits its width; elsewhere, or with {@code --plain}, it is printed again every second. Ends on {@code q} and
 * Enter, on Ctrl-C, or after {@code --seconds}.
 */
public final class FleetMonitor {
    private static final RedisProgram PROGRAM = new RedisProgram(
            "fleet-monitor",
            "usage: fleet-monitor --redis URI [--prefix TEXT] [--seconds N] [--plain]",
            Duration.ofDays(365));

    private FleetMonitor() {}

    /** Runs the program: {@code fleet-monitor --redis URI [--prefix TEXT] [--seconds N] [--plain]}. */
    public static void main(String[] args) throws Exception {
        int status = run(List.of(args), System.in, System.out, System.err);
        if (status != 0) {
            System.exit(status);
        }
    }

    /** Runs the program; returns the exit status. */
    static int run(List<String> args, InputStream in, PrintStream out, PrintStream err) throws Exception {
        return PROGRAM.run(args, err, (arguments, storage) -> watch(arguments, storage, new Terminal(in), out));
    }

    private static boolean watch(RedisArguments arguments, RedisStorage storage, Terminal terminal, PrintStream out)
            throws InterruptedException {
        boolean live = !arguments.plain() && ProgressBar.isWatched();
        LiveLines screen = new LiveLines(out, live);
        IntSupplier width = live ? terminal::columns : () -> Terminal.UNLIMITED;
        try (JobQ jobq = JobQ.builder().storage(storage).producerOnly().build()) {
            String hint = live ? "q and Enter, or Ctrl-C: end" : "";
            new FleetView(jobq, screen, width, hint).watch(arguments.deadline(), terminal::isLeft);
        }
        return true;
    }
}
