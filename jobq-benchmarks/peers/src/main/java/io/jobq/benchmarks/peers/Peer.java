package io.jobq.benchmarks.peers;

import java.util.List;

/** A job library that takes part: what it is, and how a trial with it is started. */
interface Peer {
    /** For people and command lines. */
    String name();

    String version();

    /** Where its jobs are kept. */
    StoreKind store();

    /** What {@link Settings#BEST} changes, and where its documentation says so. */
    String bestSettings();

    /**
     * The command of a process that runs a trial and prints what it measured, a {@code name value} per line.
     *
     * @throws UnavailableException if this machine lacks what it needs
     */
    List<String> command(Trial trial);
}
