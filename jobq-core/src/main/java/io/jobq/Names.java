package io.jobq;

import java.util.Objects;

/** What may name a queue, type, tenant or worker: it ends up in keys, metrics, logs and pages. */
final class Names {
    private static final int MAX_LENGTH = 200;

    private Names() {}

    static String require(String what, String name) {
        Objects.requireNonNull(name, () -> what + " name is null");
        if (name.isBlank() || name.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(what + " name must have 1 to " + MAX_LENGTH
                    + " characters and not be blank, but is '" + shortened(name) + "'");
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (Character.isISOControl(c) || c == '{' || c == '}') {
                throw new IllegalArgumentException(
                        what + " name must not hold control characters or braces, but does at index " + i + ": '"
                                + name.replaceAll("\\p{Cntrl}", "?") + "'");
            }
        }
        return name;
    }

    private static String shortened(String name) {
        return name.length() <= 40 ? name : name.substring(0, 40) + "…";
    }
}
