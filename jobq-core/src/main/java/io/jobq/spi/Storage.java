package io.jobq.spi;

/**
 * A place where jobs live, seen from its three sides. Obtain one from a storage module ({@code InMemoryStorage} in
 * core) and hand it to {@code JobQ.builder()}.
 */
public interface Storage extends AutoCloseable {
    /** The hot path: insert, claim, settle. */
    JobStore jobs();

    /** The operator's side: look, list, replay. */
    JobAdmin admin();

    /** Who is there and what is configured: workers, later queue settings and schedules. */
    Registry registry();

    /** Frees connections and threads. Jobs stay where they are. Closing twice does nothing. */
    @Override
    void close();
}
