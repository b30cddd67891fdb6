package io.jobq.benchmarks.peers;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A library of the JVM: its trials run in {@link TrialProcess}. */
interface JvmPeer extends Peer {
    /** Connects to the storage; no worker runs yet. */
    Session open(Setup setup) throws Exception;

    @Override
    default String version() {
        return Versions.of(name());
    }

    @Override
    default List<String> command(Trial trial) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                TrialProcess.class.getName()));
        command.addAll(trial.words());
        return command;
    }
}
