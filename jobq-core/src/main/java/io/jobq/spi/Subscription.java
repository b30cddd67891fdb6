package io.jobq.spi;

/** A running subscription to signals. */
public interface Subscription extends AutoCloseable {
    /** Ends it; a signal already under way may still arrive. Closing twice does nothing. */
    @Override
    void close();
}
