package io.jobq.benchmarks.peers;

import java.util.function.Consumer;

/**
 * The way from a library to what a trial does with its jobs. It is static, and public, since some libraries make the
 * handler themselves, even from its bytes in another class loader.
 */
public final class Handling {
    private static volatile Consumer<Work> handler = work -> {
        throw new IllegalStateException("job " + work.number() + " runs before a handler was set");
    };

    private Handling() {}

    /** From now on jobs are handed to this; it may be called by many threads at once. */
    static void set(Consumer<Work> next) {
        handler = next;
    }

    /** Runs a job. Whatever the handler throws is the attempt's failure. */
    public static void run(Work work) {
        handler.accept(work);
    }
}
