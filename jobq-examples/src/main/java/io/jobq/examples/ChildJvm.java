package io.jobq.examples;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A program in a JVM of its own. What it prints is handed on line by line; closing ends it. */
final class ChildJvm implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final String name;
    private final Process process;
    private final Thread reader;

    private ChildJvm(String name, Process process, Consumer<String> lines) {
        this.name = name;
        this.process = process;
        this.reader = new Thread(() -> read(lines), "output-of-" + name);
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Starts the program on the class path of this one.
     *
     * @param name put in front of its lines
     * @param lines gets its lines, on a thread of its own
     */
    static ChildJvm start(String name, Class<?> program, List<String> args, Consumer<String> lines) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")); // small, and up soon
        command.addAll(List.of("-cp", classPath(), program.getName()));
        command.addAll(args);
        try {
            return new ChildJvm(
                    name, new ProcessBuilder(command).redirectErrorStream(true).start(), lines);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** The property knows only Maven's own class path when Maven runs this program; its class loader knows better. */
    private static String classPath() {
        if (ChildJvm.class.getClassLoader() instanceof URLClassLoader loader) {
            return Arrays.stream(loader.getURLs()).map(ChildJvm::file).collect(Collectors.joining(File.pathSeparator));
        }
        return System.getProperty("java.class.path");
    }

    private static String file(URL url) {
        try {
            URI uri = url.toURI();
            return Path.of(uri).toString();
        } catch (URISyntaxException noFile) {
            throw new IllegalStateException("not a file on the class path: " + url, noFile);
        }
    }

    private void read(Consumer<String> lines) {
        try (BufferedReader output = process.inputReader()) {
            output.lines().forEach(line -> lines.accept("[" + name + "] " + line));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Whether it ended well by itself, within the time. */
    boolean succeeds(Duration within) throws InterruptedException {
        boolean ended = process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS);
        reader.join(ended ? PATIENCE.toMillis() : 1);
        return ended && process.exitValue() == 0;
    }

    /** As {@code kill -9} does: it gets no chance to tidy up. */
    void kill() {
        process.toHandle().destroyForcibly(); // leaves what it has printed to be read, other than Process does
    }

    /** As {@code kill} does: a worker finishes its jobs first. One that takes too long is killed. */
    @Override
    public void close() {
        process.toHandle().destroy();
        try {
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                kill();
            }
            reader.join(PATIENCE.toMillis());
        } catch (InterruptedException hurry) {
            kill();
            Thread.currentThread().interrupt();
        }
    }
}
