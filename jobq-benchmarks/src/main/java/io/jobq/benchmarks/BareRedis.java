package io.jobq.benchmarks;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.sync.RedisAdvancedClusterCommands;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A way to Redis beside the storage: for what is measured without the library, and to look at and remove keys. */
public final class BareRedis implements AutoCloseable {
    private static final String CLUSTER = "redis-cluster:";
    private static final int SCAN_STEP = 1_000;
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final Pattern DIGITS = Pattern.compile("(\\w+):(\\d+)\\s");

    private final AbstractRedisClient client;
    private final RedisClusterCommands<String, String> texts;

    private BareRedis(AbstractRedisClient client) {
        this.client = client;
        this.texts = commands(StringCodec.UTF8);
    }

    /** Connects to what the URI of a storage names. */
    public static BareRedis connect(String uri) {
        AbstractRedisClient client =
                uri.startsWith(CLUSTER) ? RedisClusterClient.create(nodes(uri)) : RedisClient.create(uri);
        try {
            return new BareRedis(client);
        } catch (RuntimeException unreachable) {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
            throw unreachable;
        }
    }

    private static List<RedisURI> nodes(String uri) {
        String rest = uri.substring((CLUSTER + "//").length());
        String login = rest.substring(0, rest.lastIndexOf('@') + 1);
        return Arrays.stream(rest.substring(login.length()).split(",", -1))
                .map(node -> RedisURI.create("redis://" + login + node))
                .toList();
    }

    /** A prefix of keys that nobody else has. */
    public static String newPrefix(String name) {
        return name + "-" + Long.toString(ThreadLocalRandom.current().nextLong(1L << 48), 36);
    }

    /** The text of a script among the resources. */
    public static String script(String name) {
        try (InputStream in = BareRedis.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalArgumentException("no script " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Commands on texts. */
    public RedisClusterCommands<String, String> texts() {
        return texts;
    }

    /** Commands on bytes, over another connection. */
    public RedisClusterCommands<byte[], byte[]> bytes() {
        return commands(ByteArrayCodec.INSTANCE);
    }

    private <T> RedisClusterCommands<T, T> commands(RedisCodec<T, T> codec) {
        return client instanceof RedisClusterClient cluster
                ? cluster.connect(codec).sync()
                : ((RedisClient) client).connect(codec).sync();
    }

    /** Memory used by all nodes. */
    public long usedBytes() {
        return memory("used_memory");
    }

    private long memory(String field) {
        if (texts instanceof RedisAdvancedClusterCommands<String, String> cluster) {
            return cluster.upstream().commands().info("memory").stream()
                    .mapToLong(info -> field(info, field))
                    .sum();
        }
        return field(texts.info("memory"), field);
    }

    static long field(String info, String name) {
        Matcher line = DIGITS.matcher(info);
        while (line.find()) {
            if (line.group(1).toLowerCase(Locale.ROOT).equals(name)) {
                return Long.parseLong(line.group(2));
            }
        }
        throw new IllegalArgumentException("INFO has no " + name);
    }

    /** The keys under a prefix. */
    public Set<String> keys(String prefix) {
        Set<String> keys = new TreeSet<>();
        scan(prefix, keys::addAll);
        return keys;
    }

    /** Deletes the keys under a prefix, and waits until their memory is free. */
    public void deleteKeys(String prefix) {
        scan(prefix, keys -> texts.unlink(keys.toArray(String[]::new)));
        while (memory("lazyfree_pending_objects") > 0) {
            LockSupport.parkNanos(this, POLL_NANOS);
        }
    }

    private void scan(String prefix, Consumer<List<String>> found) {
        ScanArgs match = ScanArgs.Builder.matches(prefix + ":*").limit(SCAN_STEP);
        KeyScanCursor<String> cursor = texts.scan(match);
        while (true) {
            if (!cursor.getKeys().isEmpty()) {
                found.accept(cursor.getKeys());
            }
            if (cursor.isFinished()) {
                return;
            }
            cursor = texts.scan(cursor, match);
        }
    }

    @Override
    public void close() {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
    }
}
