package io.jobq.system;

import org.jspecify.annotations.Nullable;

/**
 * A key that is known.
 *
 * @param pattern its name; one part of it may be a placeholder: {@code jobq.queues.<queue>.weight}
 * @param form how its value is written
 * @param fallback its value where it is not given; null for none
 */
record Key<T>(String pattern, Form<T> form, @Nullable String fallback) {
    boolean isNamed() {
        return pattern.contains("<");
    }

    /** What stands before the placeholder, or all. */
    String prefix() {
        return isNamed() ? pattern.substring(0, pattern.indexOf('<')) : pattern;
    }

    private String suffix() {
        return isNamed() ? pattern.substring(pattern.indexOf('>') + 1) : "";
    }

    /** The key for a name. */
    String of(String name) {
        return isNamed() ? prefix() + name + suffix() : pattern;
    }

    /** What stands for the placeholder in a key, the empty text if there is none; null if this is another key. */
    @Nullable
    String nameIn(String key) {
        if (!isNamed()) {
            return key.equals(pattern) ? "" : null;
        }
        int length = key.length() - prefix().length() - suffix().length();
        boolean fits = length > 0 && key.startsWith(prefix()) && key.endsWith(suffix());
        return fits ? key.substring(prefix().length(), prefix().length() + length) : null;
    }
}
