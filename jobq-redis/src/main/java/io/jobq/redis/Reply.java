package io.jobq.redis;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Reads what a script has returned: arrays of byte strings, whole numbers and arrays. */
record Reply(List<?> values) {
    int size() {
        return values.size();
    }

    Reply list(int index) {
        return new Reply((List<?>) values.get(index));
    }

    byte[] bytes(int index) {
        return (byte[]) values.get(index);
    }

    String text(int index) {
        return new String(bytes(index), StandardCharsets.UTF_8);
    }

    boolean isEmpty(int index) {
        return bytes(index).length == 0;
    }

    /** A number, returned as such or as text. */
    long number(int index) {
        return values.get(index) instanceof Long number ? number : Long.parseLong(text(index));
    }
}
