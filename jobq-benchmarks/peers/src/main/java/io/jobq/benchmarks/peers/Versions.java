package io.jobq.benchmarks.peers;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Objects;
import java.util.Properties;

/** The versions that this module was built with. */
final class Versions {
    private static final Properties ALL = load();

    private Versions() {}

    static String of(String name) {
        return ALL.getProperty(name.toLowerCase(Locale.ROOT), "unknown");
    }

    private static Properties load() {
        Properties versions = new Properties();
        try (InputStream file =
                Objects.requireNonNull(Versions.class.getResourceAsStream("versions.properties"), "versions")) {
            versions.load(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return versions;
    }
}
