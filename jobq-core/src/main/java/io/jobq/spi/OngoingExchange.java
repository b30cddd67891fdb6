package io.jobq.spi;

/**
 * An exchange that may be under way while its caller does something else. For one thread, which asks for the answer once.
 */
@FunctionalInterface
public interface OngoingExchange {
    /**
     * What the storage has answered; waits for it if need be.
     *
     * @throws StorageException if the exchange failed; whether it took effect is unknown, as after {@link
     *     JobStore#exchange}
     */
    Exchange answer();

    /** Whether {@link #answer()} has nothing to wait for, or will do the whole exchange itself. */
    default boolean isAnswered() {
        return true;
    }

    /** Waits until the storage has answered, the exchange has failed, or the calling thread is interrupted. */
    default void await() {}
}
