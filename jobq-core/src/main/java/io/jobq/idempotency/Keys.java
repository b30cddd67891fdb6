package io.jobq.idempotency;

import java.nio.charset.StandardCharsets;

/** What may be a key, and how it is put together. */
final class Keys {
    private static final int SHOWN = 40;

    private Keys() {}

    static String require(String key) {
        if (key.isEmpty() || key.length() > IdempotencyStore.MAX_KEY_LENGTH) {
            throw new IllegalArgumentException("an idempotency key must have 1 to " + IdempotencyStore.MAX_KEY_LENGTH
                    + " characters, but " + shown(key) + " has " + key.length());
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(key)) {
            throw new IllegalArgumentException(
                    "an idempotency key must be well-formed text, but " + shown(key) + " has half a surrogate pair");
        }
        return key;
    }

    private static String shown(String key) {
        String start = key.length() <= SHOWN ? key : key.substring(0, SHOWN) + "…";
        return "'" + start.replaceAll("\\p{Cntrl}", "?") + "'";
    }

    /** A part of a key that ends at the next colon. */
    static String part(String text) {
        return text.replace("%", "%25").replace(":", "%3A") + ":";
    }
}
