package io.jobq.benchmarks.chaos;

import io.jobq.benchmarks.Options;
import io.jobq.redis.RedisOptions;
import io.jobq.redis.RedisStorage;
import io.jobq.spi.Retention;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What all processes of a chaos agree on.
 *
 * @param uri Redis itself, by the way that is never cut
 * @param prefix of the storage's keys
 * @param concurrency slots per worker
 * @param lease how long leases last, in seconds
 * @param keep how many succeeded jobs retention leaves
 */
record ChaosSettings(String uri, String prefix, int concurrency, int lease, int keep) {
    static final String QUEUE = "chaos";
    static final String TYPE = "chaos";
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final int KEEP_DEAD = 1_000_000;

    /** The options of a worker process beside its name and its way to Redis. */
    static Map<String, String> defaults() {
        return Map.of(
                "uri", "", "prefix", "", "name", "", "storage", "", "concurrency", "20", "lease", "3", "keep", "1000");
    }

    static ChaosSettings of(Options options) {
        return new ChaosSettings(
                options.text("uri"),
                options.text("prefix"),
                options.number("concurrency", 1),
                options.number("lease", 1),
                options.number("keep", 0));
    }

    /** The command line that {@link #of} reads. */
    List<String> words() {
        return List.of(
                "--uri", uri,
                "--prefix", prefix,
                "--concurrency", Integer.toString(concurrency),
                "--lease", Integer.toString(lease),
                "--keep", Integer.toString(keep));
    }

    /** Connects by some way, as soon as that is open. */
    RedisStorage connect(String way) {
        return connect(way, prefix);
    }

    RedisStorage connect(String way, String otherPrefix) {
        Retention retention = new Retention(keep, Duration.ofDays(1), KEEP_DEAD, Duration.ofDays(1));
        RedisOptions options = RedisOptions.of(way)
                .withPrefix(otherPrefix)
                .withTimeout(TIMEOUT)
                .withRetention(retention);
        return Patience.until(() -> RedisStorage.connect(options));
    }
}
