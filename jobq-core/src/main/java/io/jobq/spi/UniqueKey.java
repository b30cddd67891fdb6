package io.jobq.spi;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A key that at most one job of a queue holds. A job takes it when it is inserted, and also when it is replayed or moved to
 * another queue. It is free again no later than the job is cancelled, deleted or moved away.
 *
 * @param key of the queue, whatever the type of the job
 * @param until when else it is free again
 * @param window how long after the job was first stored, if that is what ends it, in whole milliseconds; else null
 * @param replaces what happens to a job that finds the key held. False: it is not stored. True: it takes the place of the
 *     holder, which is cancelled, if that has not started or waits for another attempt; else it is not stored. A job with
 *     a window that replaces another has what is left of the other's window, and is due no later than that was
 */
public record UniqueKey(String key, Until until, @Nullable Duration window, boolean replaces) {
    private static final Duration LONGEST_WINDOW = Duration.ofDays(366);

    /** What frees a key. */
    public enum Until {
        /**
         * A claim. Whoever claims the job and gives it back (by a release, or parked) gives back the key too, unless another
         * job has taken it; a retry does not.
         */
        START,
        /** That the job is final. */
        FINISH,
        /** The end of a window, whatever has become of the job. */
        WINDOW
    }

    /** Checks that there is a window if it needs one. */
    public UniqueKey {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(until, "until");
        if ((until == Until.WINDOW) != (window != null)) {
            throw new IllegalArgumentException("a unique key has a window if that ends it, and only then");
        }
        if (window != null) {
            requireWindow(window);
        }
    }

    /** Fails unless a window may be so long: 1 ms to 366 days. */
    public static void requireWindow(Duration window) {
        Objects.requireNonNull(window, "window");
        if (window.compareTo(Duration.ofMillis(1)) < 0 || window.compareTo(LONGEST_WINDOW) > 0) {
            throw new IllegalArgumentException("window must be 1 ms to 366 days, but is " + DurationText.of(window));
        }
    }

    /** Held by a job until it is final; others with the key are not stored. */
    public static UniqueKey untilFinish(String key) {
        return new UniqueKey(key, Until.FINISH, null, false);
    }
}
