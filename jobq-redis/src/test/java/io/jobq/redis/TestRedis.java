package io.jobq.redis;

import io.lettuce.core.RedisClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;

/**
 * The Redis that the ordinary tests of a JVM share, each with a prefix of its own. It is the first of: the one at
 * {@code JOBQ_TEST_REDIS_URI}; a server that {@code JOBQ_TEST_REDIS_SERVER} names; a container of
 * {@code JOBQ_TEST_REDIS_IMAGE}; {@code redis-server} on the PATH; the bundled 6.2. What was asked for by name and is
 * not to be had fails the tests: a CI run must not pass with another version than it is about.
 */
final class TestRedis {
    private static final int PORT = 6379;
    private static final String DEFAULT_IMAGE = "redis:7.2-alpine";
    private static final AtomicInteger PREFIXES = new AtomicInteger();

    private TestRedis() {}

    /** Where it is; starts it at the first call. */
    static String uri() {
        return Shared.URI;
    }

    /** A prefix that nobody else has. */
    static String prefix() {
        return "t" + PREFIXES.incrementAndGet() + "-" + ProcessHandle.current().pid();
    }

    /** Finds or starts one, as the variables say. */
    static Found find(Map<String, String> env) {
        String uri = env.get("JOBQ_TEST_REDIS_URI");
        if (uri != null) {
            return new Found(uri, "JOBQ_TEST_REDIS_URI");
        }
        Optional<RedisBinary> named = RedisBinary.named();
        if (named.isPresent()) {
            return process(named.get());
        }
        return container(env).orElseGet(() -> process(RedisBinary.chosen()));
    }

    private static Optional<Found> container(Map<String, String> env) {
        String image = env.get("JOBQ_TEST_REDIS_IMAGE");
        if (hasDocker(env)) {
            return container(image == null ? DEFAULT_IMAGE : image, image != null);
        }
        if (image != null) {
            throw new IllegalStateException("JOBQ_TEST_REDIS_IMAGE is " + image + ", but Docker does not answer");
        }
        return Optional.empty();
    }

    /** Asks Testcontainers only where there may be a Docker, since it may search for minutes. */
    private static boolean hasDocker(Map<String, String> env) {
        boolean likely = env.containsKey("DOCKER_HOST") || Files.exists(Path.of("/var/run/docker.sock"));
        return likely && DockerClientFactory.instance().isDockerAvailable();
    }

    private static Optional<Found> container(String image, boolean needed) {
        // by its log: looking for the port from inside needs tools that a small image has not
        GenericContainer<?> container = new GenericContainer<>(image)
                .withExposedPorts(PORT)
                .waitingFor(Wait.forLogMessage(".*Ready to accept connections.*\\n", 1));
        try {
            container.start();
        } catch (RuntimeException e) {
            if (needed) {
                throw e;
            }
            System.out.println("Docker answers, but " + image + " does not start: " + e.getMessage());
            return Optional.empty();
        }
        Runtime.getRuntime().addShutdownHook(new Thread(container::stop));
        String uri = "redis://" + container.getHost() + ":" + container.getMappedPort(PORT);
        return Optional.of(new Found(uri, "container of " + image));
    }

    private static Found process(RedisBinary binary) {
        return new Found(RedisProcess.start(binary).uri(), binary.path() + " (" + binary.origin() + ")");
    }

    /**
     * A Redis to test with.
     *
     * @param uri where it is
     * @param origin where it comes from, for people
     */
    record Found(String uri, String origin) {
        /** Of the first node, if it is a cluster. */
        String version() {
            String cluster = "redis-cluster:";
            String node =
                    uri.startsWith(cluster) ? uri.replace(cluster, "redis:").split(",", 2)[0] : uri;
            try (RedisClient client = RedisClient.create(node)) {
                return RawRedis.field(client.connect().sync().info("server"), "redis_version");
            }
        }
    }

    /** Found when first used. */
    private static final class Shared {
        static final String URI = announce(find(System.getenv()));

        private static String announce(Found found) {
            System.out.println("Redis for tests: " + found.origin() + ", version " + found.version());
            return found.uri();
        }
    }
}
