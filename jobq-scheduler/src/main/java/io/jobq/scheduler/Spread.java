package io.jobq.scheduler;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Objects;

/** Jitter that every process computes alike. The algorithm must never change: two versions may run side by side. */
final class Spread {
    private Spread() {}

    /** The first eight bytes of SHA-256 over the name in UTF-8 and the tick in milliseconds, modulo the window. */
    static long part(String schedule, Instant tick, long window) {
        MessageDigest digest = sha256();
        digest.update(Objects.requireNonNull(schedule, "schedule").getBytes(StandardCharsets.UTF_8));
        digest.update(ByteBuffer.allocate(Long.BYTES).putLong(0, tick.toEpochMilli()));
        return Math.floorMod(ByteBuffer.wrap(digest.digest()).getLong(), window);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException everyJvmHasIt) {
            throw new IllegalStateException(everyJvmHasIt);
        }
    }
}
