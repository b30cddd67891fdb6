package io.jobq.benchmarks.peers;

import java.util.Map;
import java.util.Objects;

/** The process of one trial with a library of the JVM; exits with 1 and the reason on standard error if it fails. */
final class TrialProcess {
    private static final Map<String, TrialMode> MODES = Map.of(
            "drain", new DrainMode(),
            "enqueue", new EnqueueMode(),
            "latency", new LatencyMode(),
            "delayed", new DelayedMode(),
            "worker", new WorkerMode());

    private TrialProcess() {}

    public static void main(String[] words) {
        Trial trial = Trial.parse(words);
        int exit = 0;
        try {
            Objects.requireNonNull(MODES.get(trial.mode()), trial.mode())
                    .run(trial, (JvmPeer) Peers.named(trial.peer()), new Report(System.out));
        } catch (UnavailableException missing) {
            System.err.println(missing.reason());
            exit = 1;
        } catch (Exception failure) {
            failure.printStackTrace();
            System.err.println(failure);
            exit = 1;
        }
        System.exit(exit);
    }
}
