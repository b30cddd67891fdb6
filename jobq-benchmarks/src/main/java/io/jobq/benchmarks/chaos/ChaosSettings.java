package io.jobq.benchmarks.chaos;

import io.jobq.benchmarks.Options;
import io.jobq.redis.RedisOptions;
import io.jobq.redis.RedisStorage;
import io.jobq.spi.Retention;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What all processes of a chaos agree on.
 *
 * @param uri Redis itself, by the way that is never cut
 * @param prefix of the storage's keys
 * @param concurrency slots per worker
 * @param lease how long leases last, in seconds
 * @param task what they have to do
 */
record ChaosSettings(String uri, String prefix, int concurrency, int lease, Task task) {
    static final String QUEUE = "chaos";
    static final String TYPE = "chaos";
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final int KEEP_DEAD = 1_000_000;

    /**
     * What the load is.
     *
     * @param scenario its name
     * @param keep how many succeeded jobs retention leaves
     * @param keys how many keys jobs share, where they have any
     * @param rate jobs per second
     * @param workMillis how long a handler takes on average
     */
    record Task(String scenario, int keep, int keys, int rate, int workMillis) {}

    /** The options of a process of the fleet; all are given. */
    static Map<String, String> defaults() {
        return Stream.of(
                        "name",
                        "storage",
                        "uri",
                        "prefix",
                        "concurrency",
                        "lease",
                        "scenario",
                        "keep",
                        "keys",
                        "rate",
                        "work-ms")
                .collect(Collectors.toMap(option -> option, option -> ""));
    }

    static ChaosSettings of(Options options) {
        return new ChaosSettings(
                options.text("uri"),
                options.text("prefix"),
                options.number("concurrency", 1),
                options.number("lease", 1),
                new Task(
                        options.text("scenario"),
                        options.number("keep", 0),
                        options.number("keys", 1),
                        options.number("rate", 1),
                        options.number("work-ms", 0)));
    }

    /** The command line that {@link #of} reads. */
    List<String> words() {
        return List.of(
                "--uri", uri,
                "--prefix", prefix,
                "--concurrency", Integer.toString(concurrency),
                "--lease", Integer.toString(lease),
                "--scenario", task.scenario(),
                "--keep", Integer.toString(task.keep()),
                "--keys", Integer.toString(task.keys()),
                "--rate", Integer.toString(task.rate()),
                "--work-ms", Integer.toString(task.workMillis()));
    }

    /** What the load is. */
    Scenario scenario() {
        return Scenarios.named(task.scenario());
    }

    /** One of the queue's keys, as docs/redis-layout.md names them. */
    String key(String name) {
        return prefix + ":{" + QUEUE + "}:" + name;
    }

    /** Connects by some way, as soon as that is open. */
    RedisStorage connect(String way) {
        return connect(way, prefix);
    }

    RedisStorage connect(String way, String otherPrefix) {
        Retention retention = new Retention(task.keep(), Duration.ofDays(1), KEEP_DEAD, Duration.ofDays(1));
        RedisOptions options = RedisOptions.of(way)
                .withPrefix(otherPrefix)
                .withTimeout(TIMEOUT)
                .withRetention(retention);
        return Patience.until(() -> RedisStorage.connect(options));
    }
}
