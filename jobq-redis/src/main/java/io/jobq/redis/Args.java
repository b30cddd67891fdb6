package io.jobq.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The arguments of a script, in order. */
final class Args {
    private static final byte[] EMPTY = new byte[0];
    private static final byte[][] DIGITS = new byte[10][];

    static {
        for (int digit = 0; digit < DIGITS.length; digit++) {
            DIGITS[digit] = ascii(String.valueOf(digit));
        }
    }

    private final List<byte[]> values = new ArrayList<>();

    Args add(byte[] value) {
        values.add(value);
        return this;
    }

    Args add(String value) {
        return add(value.isEmpty() ? EMPTY : value.getBytes(StandardCharsets.UTF_8));
    }

    Args add(long value) {
        return add(value >= 0 && value < DIGITS.length ? DIGITS[(int) value] : ascii(Long.toString(value)));
    }

    Args addAll(Args others) {
        values.addAll(others.values);
        return this;
    }

    int count() {
        return values.size();
    }

    /** Bytes in all. */
    long size() {
        long size = 0;
        for (byte[] value : values) {
            size += value.length;
        }
        return size;
    }

    byte[][] toArray() {
        return values.toArray(byte[][]::new);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
