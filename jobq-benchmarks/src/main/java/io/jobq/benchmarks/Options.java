package io.jobq.benchmarks;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The options of a mode: {@code --name value} pairs over the mode's defaults. Values are checked when they are read. */
public final class Options {
    private final Map<String, String> values;

    private Options(Map<String, String> values) {
        this.values = values;
    }

    /**
     * Reads the words behind the mode.
     *
     * @param defaults the options that exist, in the order they are reported in
     * @throws UsageException if an option is unknown, has no value, or is given twice
     */
    static Options parse(List<String> words, Map<String, String> defaults) {
        Map<String, String> given = new LinkedHashMap<>();
        for (int i = 0; i < words.size(); i += 2) {
            String name = nameOf(words.get(i), defaults);
            if (i + 1 == words.size() || words.get(i + 1).startsWith("--")) {
                throw new UsageException("option --" + name + " needs a value");
            }
            if (given.put(name, words.get(i + 1)) != null) {
                throw new UsageException("option --" + name + " is given twice");
            }
        }
        Map<String, String> all = new LinkedHashMap<>(defaults);
        all.putAll(given);
        return new Options(all);
    }

    private static String nameOf(String word, Map<String, String> known) {
        String name = word.startsWith("--") ? word.substring(2) : "";
        if (!known.containsKey(name)) {
            throw new UsageException(
                    "unknown option '" + word + "'; this mode takes --" + String.join(", --", known.keySet()));
        }
        return name;
    }

    /** The value as it was given. */
    public String text(String name) {
        return Objects.requireNonNull(values.get(name), name);
    }

    /** A whole number of at least {@code min}. */
    public int number(String name, int min) {
        try {
            int number = Integer.parseInt(text(name));
            if (number >= min) {
                return number;
            }
        } catch (NumberFormatException wrong) {
            throw wrongNumber(name, "a whole number");
        }
        throw wrongNumber(name, "at least " + min);
    }

    /** A time in seconds, zero or more, fractions allowed. */
    public Duration seconds(String name) {
        try {
            double seconds = Double.parseDouble(text(name));
            if (seconds >= 0 && seconds <= 86_400) {
                return Duration.ofNanos(Math.round(seconds * 1e9));
            }
        } catch (NumberFormatException wrong) {
            throw wrongNumber(name, "a number of seconds");
        }
        throw wrongNumber(name, "0 to 86400 seconds");
    }

    private UsageException wrongNumber(String name, String wanted) {
        return new UsageException("option --" + name + " must be " + wanted + ", but is '" + text(name) + "'");
    }

    /** A switch, {@code on} or {@code off}. */
    public boolean isOn(String name) {
        return switch (text(name)) {
            case "on" -> true;
            case "off" -> false;
            default -> throw new UsageException("option --" + name + " must be on or off, but is '" + text(name) + "'");
        };
    }

    /** All options, for the result lines. */
    Map<String, String> all() {
        return Map.copyOf(values);
    }

    /** The names, in order. */
    List<String> names() {
        return List.copyOf(values.keySet());
    }
}
