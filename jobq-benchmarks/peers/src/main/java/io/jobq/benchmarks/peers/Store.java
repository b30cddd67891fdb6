package io.jobq.benchmarks.peers;

/** A server that trials use one after the other. */
interface Store extends AutoCloseable {
    String uri();

    /** What it is and how it is set up, for people. */
    String description();

    /** Forgets everything. */
    void reset();

    /** What it holds now. */
    Footprint footprint();

    @Override
    void close();
}
