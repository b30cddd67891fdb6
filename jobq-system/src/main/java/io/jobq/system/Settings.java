package io.jobq.system;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What was written, by key. Reports keys that nobody knows and values that can't be read. For one thread. */
final class Settings {
    private static final List<String> SECTIONS_OF_NAMES = List.of(Keys.QUEUES, Keys.TYPES, Keys.SCHEDULES);

    private final Map<String, Setting> byKey = new LinkedHashMap<>();
    private final Map<String, Set<String>> names = new LinkedHashMap<>();
    private final Problems problems;

    Settings(List<Setting> written, Problems problems) {
        this.problems = problems;
        for (Setting setting : written) {
            Setting other = byKey.putIfAbsent(setting.key(), setting);
            if (other != null) {
                problems.add(setting, "is given twice, first in line " + other.line());
            }
        }
        byKey.values().forEach(problems::place);
        byKey.values().forEach(this::classify);
    }

    private void classify(Setting setting) {
        Key<?> known = known(setting.key());
        if (known != null) {
            addName(known.prefix(), Objects.requireNonNull(known.nameIn(setting.key())), setting);
        } else if (setting.text().isBlank()) {
            classifyEmpty(setting);
        } else {
            problems.add(setting, "is not a known key; " + NearestKey.advice(setting.key()));
        }
    }

    private static @Nullable Key<?> known(String key) {
        return Keys.all().stream()
                .filter(each -> each.nameIn(key) != null)
                .findFirst()
                .orElse(null);
    }

    private void addName(String section, String name, Setting setting) {
        if (name.isEmpty() || Form.isName(name)) {
            names.computeIfAbsent(section, any -> new LinkedHashSet<>()).add(name);
        } else {
            problems.add(
                    setting,
                    Problems.quote(name) + " is not a name; allowed: "
                            + Form.name().allowed());
        }
    }

    /** {@code bulk:} names a queue that has all defaults; {@code metrics:} a section of which nothing is given. */
    private void classifyEmpty(Setting setting) {
        String key = setting.key();
        for (String section : SECTIONS_OF_NAMES) {
            String rest = key.startsWith(section) ? key.substring(section.length()) : "";
            if (!rest.isEmpty() && !rest.contains(".")) {
                addName(section, rest, setting);
                return;
            }
        }
        if (Keys.all().stream().noneMatch(each -> each.pattern().startsWith(key + "."))) {
            problems.add(setting, "is not a known key; " + NearestKey.advice(key));
        }
    }

    /** Whether nothing was given, not even a name with all defaults. */
    boolean isEmpty() {
        return names.isEmpty()
                && byKey.values().stream().allMatch(each -> each.text().isBlank());
    }

    /** These win over what was written before. */
    void override(List<Setting> stronger) {
        for (Setting setting : stronger) {
            byKey.put(setting.key(), setting);
            problems.place(setting);
        }
    }

    /** The names that stand in a section, in the order of the file. */
    Set<String> names(String section) {
        return names.getOrDefault(section, Set.of());
    }

    boolean has(Key<?> key) {
        return has(key, "");
    }

    boolean has(Key<?> key, String name) {
        return byKey.containsKey(key.of(name));
    }

    /** Reports a key that would be ignored. */
    void refuse(Key<?> key, String name, String why) {
        if (has(key, name)) {
            problems.add(key.of(name), why);
        }
    }

    /** The value of a key that has a default. */
    <T> T get(Key<T> key) {
        return get(key, "");
    }

    <T> T get(Key<T> key, String name) {
        return Objects.requireNonNull(find(key, name), key.pattern());
    }

    /** The value; its default if it is not given, or can't be read, which is reported. */
    <T> @Nullable T find(Key<T> key) {
        return find(key, "");
    }

    <T> @Nullable T find(Key<T> key, String name) {
        Setting setting = byKey.get(key.of(name));
        if (setting != null) {
            try {
                return key.form().parser().apply(setting.text().strip());
            } catch (IllegalArgumentException unreadable) {
                problems.add(setting, complaint(key, setting.text().strip(), unreadable));
            }
        }
        return key.fallback() == null ? null : key.form().parser().apply(key.fallback());
    }

    private static String complaint(Key<?> key, String text, IllegalArgumentException why) {
        return Problems.quote(text) + " " + why.getMessage() + "; allowed: "
                + key.form().allowed();
    }
}
