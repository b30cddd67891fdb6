package io.jobq.benchmarks;

import java.util.Map;

/** One benchmark, chosen by the first word of the command line. A new one is a class and a line in {@link Main}. */
public interface Mode {
    /** The word. */
    String name();

    /** What it measures, in a line. */
    String summary();

    /** Its options with their defaults, in order. */
    Map<String, String> defaults();

    /**
     * Measures.
     *
     * @throws UsageException if an option has a value that makes no sense, before anything is measured
     */
    void run(Options options, Results results) throws InterruptedException;
}
