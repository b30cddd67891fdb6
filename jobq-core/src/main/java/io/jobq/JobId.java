package io.jobq;

import java.security.SecureRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The identity of a job: a UUID of version 7 (RFC 9562), whose order, as a value and as text, is the order of creation.
 * Ids made by one process are strictly increasing even within a millisecond and when its clock steps back; ids of
 * different processes are in order as far as their clocks agree. Ids are unique, not secret.
 *
 * @param high the first 64 bits: 48 of milliseconds, the version, and a counter of 12
 * @param low the last 64 bits: the variant and 62 pseudo-random ones
 */
public record JobId(long high, long low) implements Comparable<JobId> {
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;
    private static final long PROCESS_SEED = new SecureRandom().nextLong();
    /** Milliseconds and counter of the last id, 60 bits: RFC 9562, section 6.2, method 1. */
    private static final AtomicLong LAST = new AtomicLong();

    /** A new id, greater than all this process has made before. */
    public static JobId next() {
        long floor = System.currentTimeMillis() << 12;
        long moment = LAST.updateAndGet(last -> Math.max(last + 1, floor));
        long high = (moment >>> 12) << 16 | 0x7000L | (moment & 0xfff);
        return new JobId(high, mix(PROCESS_SEED + moment * GOLDEN_GAMMA) >>> 2 | 1L << 63);
    }

    /**
     * Any UUID as an id, for producers that bring their own so that enqueueing may be repeated.
     *
     * @throws IllegalArgumentException if the text is not a UUID in its usual form
     */
    public static JobId parse(String uuid) {
        if (uuid.length() != 36) {
            throw new IllegalArgumentException("a job id is a UUID such as " + next() + ", but this is not: " + uuid);
        }
        return of(UUID.fromString(uuid));
    }

    /** Any UUID as an id. */
    public static JobId of(UUID uuid) {
        return new JobId(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
    }

    /** This id as a UUID. */
    public UUID toUuid() {
        return new UUID(high, low);
    }

    /** Orders as the text does: unsigned, high bits first. */
    @Override
    public int compareTo(JobId other) {
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    /**
     * A random place for each millisecond, plus the counter within it: ids made one after the other lie side by side in a
     * hash table, so that a batch touches a few cache lines instead of one per job.
     */
    @Override
    public int hashCode() {
        return (int) (((high >>> 16) * GOLDEN_GAMMA) >>> 32) + (int) (high & 0xfff);
    }

    /** The usual form, 36 characters. */
    @Override
    public String toString() {
        return toUuid().toString();
    }

    /** The output function of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014). */
    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
