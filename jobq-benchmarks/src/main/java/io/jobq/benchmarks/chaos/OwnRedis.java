package io.jobq.benchmarks.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A Redis server of the chaos' own, which loses nothing that it has answered, and may therefore be killed. */
final class OwnRedis implements AutoCloseable {
    private final Path directory;
    private final int port;
    private volatile Process process;

    /** Starts it. */
    OwnRedis(Path logs) {
        this.directory = logs;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            this.port = free.getLocalPort();
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.process = launch();
        Runtime.getRuntime().addShutdownHook(new Thread(this::close)); // for who interrupts it
    }

    String uri() {
        return "redis://127.0.0.1:" + port;
    }

    private Process launch() {
        List<String> command =
                List.of("redis-server --bind 127.0.0.1 --appendonly yes --appendfsync always --save".split(" ", -1));
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(command));
        builder.command().addAll(List.of("", "--port", Integer.toString(port), "--dir", directory.toString()));
        builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("redis.log").toFile()));
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start redis-server; is it on the PATH?", e);
        }
    }

    /** Kills it and starts it again after a while. */
    void restart(Duration down) throws InterruptedException {
        process.destroyForcibly().waitFor();
        Thread.sleep(down.toMillis());
        process = launch();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
