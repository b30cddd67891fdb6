package io.jobq.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import redis.embedded.core.ExecutableProvider;

/**
 * An executable Redis server.
 *
 * @param path where it is
 * @param origin how it was found, for people
 */
record RedisBinary(Path path, String origin) {
    /** Names the server to take: a path, or {@code bundled}. */
    static final String VARIABLE = "JOBQ_TEST_REDIS_SERVER";

    private static final Pattern VERSION = Pattern.compile("v=(\\S+)");

    /** The one that {@link #VARIABLE} names, else the one on the PATH, else the bundled one. */
    static RedisBinary chosen() {
        return named().or(RedisBinary::onPath).orElseGet(RedisBinary::bundled);
    }

    static Optional<RedisBinary> named() {
        return Optional.ofNullable(System.getenv(VARIABLE))
                .map(name -> name.equals("bundled") ? bundled() : new RedisBinary(Path.of(name), VARIABLE));
    }

    static Optional<RedisBinary> onPath() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, "redis-server"))
                .filter(Files::isExecutable)
                .map(path -> new RedisBinary(path, "PATH"))
                .findFirst();
    }

    /** The one in the jar of embedded-redis; unpacked once, and deleted at the end of the JVM. */
    static RedisBinary bundled() {
        return Bundled.BINARY;
    }

    /** Such as {@code 7.0.15}. */
    String version() {
        try {
            Process process = new ProcessBuilder(path.toString(), "--version")
                    .redirectErrorStream(true)
                    .start();
            String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
            return VERSION.matcher(printed)
                    .results()
                    .map(found -> found.group(1))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException(path + " --version printed: " + printed));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return path + " (" + origin + ") " + version();
    }

    /** Unpacks when first used. */
    private static final class Bundled {
        static final RedisBinary BINARY = unpack();

        private static RedisBinary unpack() {
            try {
                File file = ExecutableProvider.newJarResourceProvider().get();
                return new RedisBinary(file.toPath(), "bundled");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
