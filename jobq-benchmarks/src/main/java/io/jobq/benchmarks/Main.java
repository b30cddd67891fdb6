package io.jobq.benchmarks;

import io.jobq.benchmarks.chaos.ChaosMode;
import io.jobq.benchmarks.chaos.ChaosProducer;
import io.jobq.benchmarks.chaos.ChaosWorker;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * {@code java -jar jobq-benchmarks.jar MODE [options]}: prints one JSON object per result on standard output, and
 * nothing else there. Exits with 1 when a check fails, and with 2 when the command line makes no sense.
 */
public final class Main {
    private static final List<Mode> MODES = List.of(
            new EnqueueMode(),
            new DrainMode(),
            new FloorMode(),
            new LatencyMode(),
            new DelayedMode(),
            new BacklogMode(),
            new SharesMode(),
            new TenantsMode(),
            new OperationsMode(),
            new SchedulesMode(),
            new ChaosMode());
    /** For processes that this program starts. */
    private static final List<Mode> INNER = List.of(new ChaosWorker(), new ChaosProducer());

    private static final int FAILED = 1;
    private static final int USAGE = 2;

    private Main() {}

    /** Runs a mode; {@code jmh} hands all that follows to JMH. */
    public static void main(String[] args) throws InterruptedException, IOException {
        if (args.length > 0 && args[0].equals("jmh")) {
            org.openjdk.jmh.Main.main(Arrays.copyOfRange(args, 1, args.length));
            return;
        }
        int exit = run(List.of(args), System.out, System.err);
        System.out.flush();
        System.exit(exit);
    }

    /** Runs a mode in this process and returns the exit code. */
    static int run(List<String> words, PrintStream out, PrintStream err) throws InterruptedException {
        if (words.contains("--help")) {
            err.print(usage());
            return 0;
        }
        try {
            Mode mode = modeOf(words);
            Options options = Options.parse(words.subList(1, words.size()), mode.defaults());
            Results results = new Results(out, mode.name(), options);
            mode.run(options, results);
            return results.hasFailed() ? FAILED : 0;
        } catch (UsageException wrong) {
            err.println(wrong.getMessage());
            err.print(usage());
            return USAGE;
        }
    }

    private static Mode modeOf(List<String> words) {
        String name = words.isEmpty() ? "" : words.get(0);
        return Stream.concat(MODES.stream(), INNER.stream())
                .filter(mode -> mode.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () -> new UsageException(name.isEmpty() ? "no mode given" : "unknown mode '" + name + "'"));
    }

    private static String usage() {
        StringBuilder text = new StringBuilder("usage: java -jar jobq-benchmarks.jar MODE [--option value …]\n");
        for (Mode mode : MODES) {
            text.append(String.format("%n  %-10s %s%n            ", mode.name(), mode.summary()));
            mode.defaults()
                    .forEach((option, value) ->
                            text.append(" --").append(option).append(' ').append(value));
            text.append('\n');
        }
        return text.append(String.format("%n  %-10s the JMH benchmarks; all that follows goes to JMH%n", "jmh"))
                .toString();
    }
}
