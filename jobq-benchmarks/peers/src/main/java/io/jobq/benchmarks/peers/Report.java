package io.jobq.benchmarks.peers;

import java.io.PrintStream;

/** What a trial tells the process that started it, a line each. Any thread may call. */
final class Report {
    private final PrintStream out;

    Report(PrintStream out) {
        this.out = out;
    }

    /** A figure. */
    void figure(String name, double value) {
        out.println(name + " " + value);
        out.flush();
    }

    /** Something has happened. */
    void event(String name) {
        out.println(name);
        out.flush();
    }

    /** Whether the other end is still there. */
    boolean isHeard() {
        return !out.checkError();
    }
}
