package io.jobq.system;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.UUID;
import redis.embedded.RedisServer;
import redis.embedded.core.ExecutableProvider;

/**
 * A Redis for a test: the one that {@code JOBQ_TEST_REDIS_URI} names, else a process of its own, from the path or from the
 * jar of embedded-redis.
 */
final class TestRedis implements AutoCloseable {
    private static final String LOOPBACK = "127.0.0.1";

    /** Where it is. */
    final String uri;
    /** Begins the keys of this test only. */
    final String prefix = "test-" + UUID.randomUUID();

    private final RedisServer own;

    private TestRedis(String uri, RedisServer own) {
        this.uri = uri;
        this.own = own;
    }

    static TestRedis start() throws IOException {
        String given = System.getenv("JOBQ_TEST_REDIS_URI");
        if (given != null) {
            return new TestRedis(given, null);
        }
        int port = freePort();
        RedisServer server = RedisServer.newRedisServer()
                .executableProvider(executable())
                .bind(LOOPBACK)
                .port(port)
                .setting("save \"\"")
                .build();
        server.start();
        return new TestRedis("redis://" + LOOPBACK + ":" + port, server);
    }

    private static ExecutableProvider executable() {
        try {
            return ExecutableProvider.newExecutableInPath("redis-server");
        } catch (FileNotFoundException notInstalled) {
            return ExecutableProvider.newJarResourceProvider();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() throws IOException {
        if (own != null) {
            own.stop();
        }
    }
}
