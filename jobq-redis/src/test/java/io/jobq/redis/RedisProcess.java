package io.jobq.redis;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/**
 * A Redis server of its own on the loopback interface, with its own folder. It may be killed, paused and started again,
 * by one thread at a time. What is still running when the JVM ends is killed then.
 */
final class RedisProcess implements AutoCloseable {
    private static final Set<RedisProcess> OPEN = ConcurrentHashMap.newKeySet();
    private static final int STARTS = 5;

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> OPEN.forEach(RedisProcess::close)));
    }

    private final int port = Ports.free();
    private final File log = new File("target/redis-logs/" + port + ".log");
    private final Path folder;
    private final List<String> command;
    private volatile Process process;

    private RedisProcess(RedisBinary binary, List<String> flags, List<String> settings) throws IOException {
        folder = Files.createTempDirectory("jobq-redis-");
        Path config = folder.resolve("redis.conf");
        List<String> lines = new ArrayList<>(List.of("port " + port, "dir " + folder, "bind 127.0.0.1", "save \"\""));
        lines.addAll(settings);
        Files.write(config, lines);
        command = new ArrayList<>(List.of(binary.path().toString(), config.toString()));
        command.addAll(flags);
        Files.createDirectories(log.toPath().getParent());
        OPEN.add(this);
        launch();
    }

    /**
     * Starts a server that keeps nothing on disk, unless told.
     *
     * @param options as on the command line, in one text or in several: {@code --appendonly yes --appendfsync always}
     */
    static RedisProcess start(String... options) {
        return start(RedisBinary.chosen(), options);
    }

    static RedisProcess start(RedisBinary binary, String... options) {
        List<String> settings = settings(options);
        // A replica does not make others wait for a second one.
        settings.add(0, "repl-diskless-sync-delay 0");
        return start(binary, List.of(), settings);
    }

    /** Starts a sentinel, with options such as {@code --sentinel monitor jobq 127.0.0.1 6379 2}. */
    static RedisProcess sentinel(String... options) {
        return start(RedisBinary.chosen(), List.of("--sentinel"), settings(options));
    }

    /** Which server is started here, with its version. */
    static String binary() {
        return RedisBinary.chosen().toString();
    }

    /** Awaits what other processes do; an exception counts as "not yet". */
    static ConditionFactory patiently() {
        return Awaitility.await()
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .ignoreExceptions()
                .atMost(Duration.ofSeconds(60));
    }

    private static RedisProcess start(RedisBinary binary, List<String> flags, List<String> settings) {
        for (int i = 1; ; i++) {
            try {
                return new RedisProcess(binary, flags, settings).awaitStart();
            } catch (IOException e) {
                // Somebody else may have taken the port meanwhile.
                if (i == STARTS) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private static List<String> settings(String... options) {
        return Stream.of(String.join(" ", options).split("(^|\\s+)--"))
                .filter(setting -> !setting.isBlank())
                .collect(Collectors.toCollection(ArrayList::new));
    }

    String host() {
        return "127.0.0.1";
    }

    int port() {
        return port;
    }

    String uri() {
        return "redis://127.0.0.1:" + port;
    }

    /** Of the latest start. */
    long pid() {
        return process.pid();
    }

    /** A paused one is alive. */
    boolean isAlive() {
        return process.isAlive();
    }

    /** Sends one command on a connection of its own. */
    String ask(String... words) {
        return RawRedis.ask(port, words);
    }

    /** A field of INFO. */
    String info(String field) {
        return RawRedis.field(ask("INFO"), field);
    }

    /** Lets it end in order. */
    void stop() {
        process.destroy();
        // A paused one would not notice.
        signal("CONT");
        end();
    }

    /** Ends it at once, in whatever it is doing. */
    void kill() {
        process.destroyForcibly();
        end();
    }

    /** Starts it again with its port, folder and options; kills it before if it runs. */
    void restart() {
        kill();
        try {
            launch();
            awaitStart();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops its clock: connections stay, nothing is answered. */
    void pause() {
        signal("STOP");
    }

    /** Goes on after {@link #pause}. */
    void resume() {
        signal("CONT");
    }

    /** Kills it and deletes its folder. */
    @Override
    public void close() {
        kill();
        OPEN.remove(this);
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException alreadyDeleted) {
            return;
        }
    }

    @Override
    public String toString() {
        return uri() + " (pid " + pid() + ")";
    }

    private void launch() throws IOException {
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                .start();
    }

    private RedisProcess awaitStart() throws IOException {
        patiently().until(() -> !isAlive() || answers());
        if (isAlive()) {
            return this;
        }
        close();
        throw new IOException("Redis ended at its start; see " + log.getAbsolutePath());
    }

    private boolean answers() {
        // Another server may have this port, and answer while this one is about to end.
        return ask("PING").equals("PONG") && info("process_id").equals(Long.toString(pid()));
    }

    private void end() {
        process.onExit().orTimeout(20, TimeUnit.SECONDS).join();
    }

    private void signal(String name) {
        try {
            // Through the shell, which has kill built in; a slim image has no other.
            new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid())
                    .start()
                    .onExit()
                    .join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
