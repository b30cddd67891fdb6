package io.jobq.benchmarks.peers;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.embedded.RedisServer;
import redis.embedded.core.ExecutableProvider;

/** A Redis without persistence on 127.0.0.1. */
final class RedisStore implements Store {
    /** Names the server to take, as for the tests: a path, or {@code bundled}. */
    private static final String VARIABLE = "JOBQ_TEST_REDIS_SERVER";

    private static final String LOOPBACK = "127.0.0.1";

    private final RedisServer server;
    private final String uri;
    private final RedisClient client;
    private final RedisCommands<String, String> redis;

    private RedisStore(RedisServer server, String uri) {
        this.server = server;
        this.uri = uri;
        this.client = RedisClient.create(uri);
        this.redis = client.connect().sync();
    }

    /** Starts the one that the variable names, else {@code redis-server} from the PATH, else the bundled one. */
    static RedisStore start() {
        try {
            int port = freePort();
            RedisServer server = RedisServer.newRedisServer()
                    .executableProvider(executable())
                    .bind(LOOPBACK)
                    .port(port)
                    .setting("save \"\"")
                    .build();
            server.start();
            return new RedisStore(server, "redis://" + LOOPBACK + ":" + port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ExecutableProvider executable() {
        Optional<String> named = Optional.ofNullable(System.getenv(VARIABLE));
        if (named.isPresent() && !named.get().equals("bundled")) {
            return () -> Path.of(named.get()).toFile();
        }
        try {
            if (named.isEmpty()) {
                return ExecutableProvider.newExecutableInPath("redis-server");
            }
        } catch (FileNotFoundException notInstalled) {
            return ExecutableProvider.newJarResourceProvider();
        }
        return ExecutableProvider.newJarResourceProvider();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public String uri() {
        return uri;
    }

    @Override
    public String description() {
        return "Redis " + field("server", "redis_version") + " without persistence";
    }

    @Override
    public void reset() {
        redis.flushall();
        redis.scriptFlush();
    }

    /** Without the cache of scripts, which does not grow with jobs. */
    @Override
    public Footprint footprint() {
        return new Footprint(redis.dbsize(), bytes("used_memory") - bytes("used_memory_scripts"));
    }

    private long bytes(String name) {
        return Long.parseLong(field("memory", name));
    }

    private String field(String section, String name) {
        Matcher field = Pattern.compile("(?m)^" + name + ":(\\S+)").matcher(redis.info(section));
        if (!field.find()) {
            throw new IllegalStateException("INFO " + section + " has no " + name);
        }
        return field.group(1);
    }

    @Override
    public void close() {
        client.close();
        try {
            server.stop();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
