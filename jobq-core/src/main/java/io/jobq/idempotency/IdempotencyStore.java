package io.jobq.idempotency;

import io.jobq.JobId;
import io.jobq.spi.Payload;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Remembers, per key, which run is in flight or what the first completed one returned. A key is free, in flight until its
 * hold runs out, or completed until its retention has passed; then it is free again, and nothing is left of it.
 *
 * <p>Implementations are thread-safe and atomic per key, decide by their own clock, and take any key that {@link
 * #requireKey} takes. Every call may be repeated after a time-out without harm. Times are in whole milliseconds, and less
 * than one counts as one.
 */
public interface IdempotencyStore {
    /** The longest key, in characters. */
    int MAX_KEY_LENGTH = 16_384;

    /**
     * Takes a free key for a run, so that others find it in flight. The same run may begin again, which prolongs its hold.
     * A run with a higher token of the same job takes its predecessor's key over at once: that one has lost its lease.
     *
     * @param hold until when the key stays in flight from now, unless the run ends or begins again before
     * @throws io.jobq.spi.StorageException if the store does not answer; the run may hold the key then
     */
    Begun begin(String key, Run run, Duration hold);

    /**
     * Stores what a run has returned, if it holds the key, or if nobody does: a run whose hold has run out has still been
     * the first to complete.
     *
     * @param result null for a run that returned null, which is not the same as an empty result
     * @param retention how long to remember it from now
     * @return whether the key now has this run's result; false changes nothing: another run holds the key or was first
     * @throws io.jobq.spi.StorageException if the store does not answer; the result may be stored then
     */
    boolean complete(String key, Run run, @Nullable Payload result, Duration retention);

    /**
     * Frees the key of a run that has failed.
     *
     * @return whether the run held it; false changes nothing
     * @throws io.jobq.spi.StorageException if the store does not answer; the key may be free then
     */
    boolean abandon(String key, Run run);

    /** A store in the memory of this process, on the system's clock. It forgets everything with the process. */
    static IdempotencyStore inMemory() {
        return inMemory(InstantSource.system());
    }

    /** A store in memory on a clock of one's own. A clock that steps back prolongs what is remembered. */
    static IdempotencyStore inMemory(InstantSource clock) {
        return new InMemoryRecords(clock);
    }

    /**
     * What a store takes as a key: 1 to {@value #MAX_KEY_LENGTH} characters of well-formed Unicode, be they spaces, line
     * feeds or braces. Implementations check with this, so that a key works in all of them or in none.
     *
     * @return the key
     * @throws IllegalArgumentException if it is empty, too long, or has half a surrogate pair, which has no bytes of its own
     */
    static String requireKey(String key) {
        return Keys.require(key);
    }

    /**
     * A run of a handler.
     *
     * @param job its job
     * @param token its fencing token, which grows with every claim of the job
     */
    record Run(JobId job, long token) {}

    /** What a run finds under its key. */
    sealed interface Begun {}

    /** The run holds the key and shall go on. */
    record Started() implements Begun {}

    /**
     * Another run holds the key, or this one's own successor does.
     *
     * @param by who
     * @param left how long at the most, unless it prolongs that
     */
    record InFlight(Run by, Duration left) implements Begun {}

    /**
     * A run has completed.
     *
     * @param by the first that did
     * @param result what it returned, encoded; null for null
     */
    record Completed(Run by, @Nullable Payload result) implements Begun {}
}
