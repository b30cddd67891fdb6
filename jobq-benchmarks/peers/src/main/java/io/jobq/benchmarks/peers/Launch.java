package io.jobq.benchmarks.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A process that was started, and what it prints. */
final class Launch implements AutoCloseable {
    private final Process process;
    private final Path errors;
    private final Thread reader;

    /** Starts it; a thread hands over each line of its standard output. */
    Launch(List<String> command, Consumer<String> lines) {
        try {
            this.errors = Files.createTempFile("jobq-peers", ".log");
            this.process =
                    new ProcessBuilder(command).redirectError(errors.toFile()).start();
        } catch (IOException e) {
            throw new UnavailableException("cannot start " + command.get(0) + ": " + e.getMessage());
        }
        this.reader = new Thread(() -> read(lines), "output-of-" + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    private void read(Consumer<String> lines) {
        try (BufferedReader out = process.inputReader()) {
            out.lines().forEach(lines);
        } catch (IOException | UncheckedIOException ended) {
            reader.interrupt(); // it was killed while it spoke
        }
    }

    /** Kills it as {@code kill -9} does, and returns when all it had said has been handed over. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
        reader.join();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /**
     * Waits for its end.
     *
     * @throws UnavailableException if it fails or takes longer than this
     */
    void await(Duration atMost) throws InterruptedException {
        if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new UnavailableException("it did not end within " + atMost.toSeconds() + " s");
        }
        reader.join();
        if (process.exitValue() != 0) {
            throw new UnavailableException(lastWords());
        }
    }

    /** The last line of its standard error. */
    String lastWords() {
        try {
            List<String> lines = Files.readAllLines(errors).stream()
                    .filter(line -> !line.isBlank())
                    .toList();
            return lines.isEmpty()
                    ? "it ended without a word"
                    : lines.get(lines.size() - 1).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            Files.deleteIfExists(errors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
