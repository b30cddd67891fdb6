package io.jobq.codec;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import javax.crypto.SecretKey;

/**
 * The keys of an {@link EncryptingCodec}. Immutable; {@link #toString()} shows ids only.
 *
 * <p>To rotate: give every process the new key beside the old one, then make it current everywhere, and take the old one
 * away when no stored job or result uses it any more; dead letters are kept for 90 days by default.
 *
 * <pre>{@code
 * new EncryptionKeys("2026", Map.of("2026", old))
 * new EncryptionKeys("2026", Map.of("2026", old, "2027", next))
 * new EncryptionKeys("2027", Map.of("2026", old, "2027", next))
 * new EncryptionKeys("2027", Map.of("2027", next))
 * }</pre>
 *
 * @param current id of the key that encrypts
 * @param keys by id, all keys that decrypt, the current one among them. An id is stored in clear text with the data; it has
 *     1 to 64 letters, digits, dots, underscores or hyphens of ASCII, and must never name another key later. A key is of
 *     AES with 256 bits, random and not a password
 */
public record EncryptionKeys(String current, Map<String, SecretKey> keys) {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
    private static final int KEY_BYTES = 32;

    /**
     * Checks ids and keys, and copies the map. The length of a key that its provider does not hand out, as that of a
     * hardware module, is not checked.
     *
     * @throws IllegalArgumentException if an id or key is not as described, or the current key is not among the keys
     */
    public EncryptionKeys {
        keys = Map.copyOf(keys);
        keys.forEach(EncryptionKeys::check);
        if (!keys.containsKey(current)) {
            throw new IllegalArgumentException(
                    "there is no key of the current id among " + new TreeSet<>(keys.keySet()));
        }
    }

    static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    private static void check(String id, SecretKey key) {
        if (!isId(id)) { // which is not shown, since it may be a key in the wrong place
            throw new IllegalArgumentException(
                    "a key id must have 1 to 64 characters of A-Z, a-z, 0-9, '.', '_' and '-'");
        }
        if (!"AES".equals(key.getAlgorithm())) {
            throw new IllegalArgumentException("key '" + id + "' is not an AES key");
        }
        byte[] bytes = key.getEncoded();
        if (bytes == null) {
            return; // it stays in its hardware
        }
        Arrays.fill(bytes, (byte) 0);
        if (bytes.length != KEY_BYTES) {
            throw new IllegalArgumentException("key '" + id + "' must have 256 bits, but has " + bytes.length * 8);
        }
    }

    /** The ids, never the keys. */
    @Override
    public String toString() {
        return "EncryptionKeys[current=" + current + ", ids=" + new TreeSet<>(keys.keySet()) + "]";
    }
}
