package io.jobq.system;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Everything that is wrong with a configuration, to be told at once. For one thread. */
final class Problems {
    private record Problem(int line, String text) {}

    private final String source;
    private final Map<String, Setting> places = new HashMap<>();
    private final List<Problem> found = new ArrayList<>();

    /**
     * @param source what is named where no place is known: the file, or empty
     */
    Problems(String source) {
        this.source = source;
    }

    /** From now on, problems of its key are found there. */
    void place(Setting setting) {
        places.put(setting.key(), setting);
    }

    /** Something is wrong with a key, or with its absence. */
    void add(String key, String what) {
        @Nullable Setting place = places.get(key);
        add(place == null ? source : place.origin(), place == null ? 0 : place.line(), key + ": " + what);
    }

    void add(Setting place, String what) {
        add(place.origin(), place.line(), place.key() + ": " + what);
    }

    /** Something is wrong with a line of the file; 0 for the file as a whole. */
    void addLine(int line, String what) {
        add(line == 0 ? source : source + ":" + line, line, what);
    }

    private void add(String origin, int line, String text) {
        found.add(new Problem(line, origin.isEmpty() ? text : origin + ": " + text));
    }

    /** For what only whole values can tell: what is refused is reported, and something else taken. */
    <T> T checked(String key, Supplier<T> made, T otherwise) {
        try {
            return made.get();
        } catch (IllegalArgumentException wrong) {
            add(key, String.valueOf(wrong.getMessage()));
            return otherwise;
        }
    }

    void throwIfAny() {
        if (!found.isEmpty()) {
            throw new InvalidConfigException(found.stream()
                    .sorted(Comparator.comparingInt(Problem::line))
                    .map(Problem::text)
                    .toList());
        }
    }

    /** What somebody wrote, fit for a message: short, on one line, and without user and password. */
    static String quote(String text) {
        String hidden = text.replaceAll("(?s)^([a-z-]+://)?.+@", "$1***@");
        String start = hidden.length() <= 80 ? hidden : hidden.substring(0, 80) + "…";
        return "'" + start.replaceAll("[\\p{Cntrl}\\p{Cf}\u2028\u2029]", "?") + "'";
    }
}
