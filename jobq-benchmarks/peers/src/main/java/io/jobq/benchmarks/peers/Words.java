package io.jobq.benchmarks.peers;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code --name value} pairs of a command line. */
final class Words {
    private static final Set<String> NAMES = Set.of("rounds", "minutes", "kill-seconds", "peers", "settings", "cases");

    private final Map<String, String> values = new HashMap<>();

    static Words parse(List<String> words) {
        Words parsed = new Words();
        for (int i = 0; i < words.size(); i += 2) {
            String name = words.get(i).replaceFirst("^--", "");
            if (!words.get(i).startsWith("--") || !NAMES.contains(name)) {
                throw new IllegalArgumentException("unknown option '" + words.get(i) + "'");
            }
            if (i + 1 == words.size()) {
                throw new IllegalArgumentException("option --" + name + " needs a value");
            }
            parsed.values.put(name, words.get(i + 1));
        }
        return parsed;
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /** A number of at least 1. */
    int number(String name, int otherwise) {
        String given = values.getOrDefault(name, Integer.toString(otherwise));
        try {
            int number = Integer.parseInt(given);
            if (number >= 1) {
                return number;
            }
        } catch (NumberFormatException wrong) {
            throw wrong(name, given);
        }
        throw wrong(name, given);
    }

    private static IllegalArgumentException wrong(String name, String given) {
        return new IllegalArgumentException(
                "option --" + name + " must be a number of 1 or more, but is '" + given + "'");
    }
}
