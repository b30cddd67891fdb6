package io.jobq.benchmarks.chaos;

import io.jobq.spi.StorageException;
import io.lettuce.core.RedisException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Tries again while Redis is away; not for ever, and not for who is interrupted. */
final class Patience {
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(120);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private Patience() {}

    static void run(Runnable call) {
        until(() -> {
            call.run();
            return true;
        });
    }

    static <T> T until(Supplier<T> call) {
        long start = System.nanoTime();
        while (true) {
            try {
                return call.get();
            } catch (StorageException | RedisException away) {
                if (System.nanoTime() - start > LIMIT_NANOS
                        || Thread.currentThread().isInterrupted()) {
                    throw away;
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }
}
