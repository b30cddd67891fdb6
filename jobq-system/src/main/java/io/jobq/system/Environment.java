package io.jobq.system;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Settings from environment variables: {@code JOBQ_METRICS_PORT} is {@code jobq.metrics.port}. */
final class Environment {
    private final Map<String, String> variables;

    Environment(Map<String, String> variables) {
        this.variables = variables;
    }

    /** Those of all known keys; where a key has a name in it, for the names that the settings have already. */
    List<Setting> overrides(Settings settings) {
        List<Setting> found = new ArrayList<>();
        for (Key<?> key : Keys.all()) {
            Set<String> names = key.isNamed() ? settings.names(key.prefix()) : Set.of("");
            names.forEach(name -> addIfSet(key.of(name), found));
        }
        return found;
    }

    private void addIfSet(String key, List<Setting> found) {
        String variable = key.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
        String text = variables.get(variable);
        if (text != null) {
            found.add(new Setting(key, text, "environment variable " + variable, 0));
        }
    }
}
