package io.jobq.redis;

import io.jobq.spi.DurationText;
import io.jobq.spi.StorageException;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to Redis: one connection for all calls, which Lettuce pipelines and renews by itself. While it is down, calls
 * fail at once; what was under way when it broke fails too and is not sent again behind the caller's back, since a
 * claim that nobody waits for would keep its jobs from everyone until their leases run out.
 */
final class RedisLink implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RedisLink.class);
    private static final String CLUSTER_SCHEME = "redis-cluster://";
    /** Notices within 20 seconds that an idle connection, that of the subscriptions above all, is dead. */
    private static final SocketOptions.KeepAliveOptions ALIVE = SocketOptions.KeepAliveOptions.builder()
            .enable()
            .idle(Duration.ofSeconds(5))
            .interval(Duration.ofSeconds(5))
            .count(3)
            .build();

    /**
     * Lettuce's own delay grows to half a minute. With these two, and the second that a worker waits, all goes on within two
     * seconds after an outage, however long that was.
     */
    private static final Duration RECONNECT_WITHIN = Duration.ofMillis(500);

    private static final Duration CONNECT_WITHIN = Duration.ofMillis(1_500);

    private static final Duration TOPOLOGY_CHECK = Duration.ofSeconds(10);

    private final AbstractRedisClient client;
    private final ClientResources resources;
    private final RedisOptions options;
    private volatile Connected current;
    private volatile long answeredNanos = System.nanoTime();
    private volatile boolean closed;

    /** A connection and its commands. */
    private record Connected(
            StatefulConnection<byte[], byte[]> connection, RedisClusterAsyncCommands<byte[], byte[]> commands) {}

    private RedisLink(AbstractRedisClient client, RedisOptions options) {
        this.client = client;
        this.resources = client.getResources();
        this.options = options;
        try {
            this.current = connect();
        } catch (RuntimeException e) {
            shutdown();
            throw unreachable(options, e);
        }
    }

    /** Impatient, and each process at another moment. */
    private static ClientResources resources() {
        return ClientResources.builder()
                .reconnectDelay(Delay.fullJitter(Duration.ofMillis(1), RECONNECT_WITHIN, 1, TimeUnit.MILLISECONDS))
                .build();
    }

    private Connected connect() {
        if (client instanceof RedisClusterClient cluster) {
            StatefulRedisClusterConnection<byte[], byte[]> made = cluster.connect(ByteArrayCodec.INSTANCE);
            return new Connected(made, made.async());
        }
        StatefulRedisConnection<byte[], byte[]> made = ((RedisClient) client).connect(ByteArrayCodec.INSTANCE);
        return new Connected(made, made.async());
    }

    static RedisLink open(RedisOptions options) {
        try {
            return options.uri().startsWith(CLUSTER_SCHEME) ? openCluster(options) : openNode(options);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("cannot read the Redis URI; see RedisOptions for its forms", e);
        }
    }

    private static RedisLink openNode(RedisOptions options) {
        RedisURI uri = RedisURI.create(options.uri());
        uri.setTimeout(options.timeout());
        RedisClient client = RedisClient.create(resources(), uri);
        client.setOptions(resilient(ClientOptions.builder(), options).build());
        return new RedisLink(client, options);
    }

    private static RedisLink openCluster(RedisOptions options) {
        RedisClusterClient client = RedisClusterClient.create(resources(), clusterNodes(options));
        ClusterClientOptions.Builder builder = ClusterClientOptions.builder();
        resilient(builder, options);
        // connections to nodes are made when first needed, and what needs them must wait; the timeout bounds it
        builder.disconnectedBehavior(ClientOptions.DisconnectedBehavior.ACCEPT_COMMANDS);
        builder.topologyRefreshOptions(watchful());
        client.setOptions(builder.build());
        return new RedisLink(client, options);
    }

    @SuppressWarnings("deprecation") // Lettuce 7 looks at once by itself, Lettuce 6 must be told
    private static ClusterTopologyRefreshOptions watchful() {
        return ClusterTopologyRefreshOptions.builder()
                .enableAllAdaptiveRefreshTriggers()
                .adaptiveRefreshTriggersTimeout(Duration.ofSeconds(1))
                .enablePeriodicRefresh(TOPOLOGY_CHECK)
                .build();
    }

    private static List<RedisURI> clusterNodes(RedisOptions options) {
        List<RedisURI> nodes = new ArrayList<>();
        String rest = options.uri().substring(CLUSTER_SCHEME.length());
        String login = rest.contains("@") ? rest.substring(0, rest.lastIndexOf('@') + 1) : "";
        for (String node : rest.substring(login.length()).split(",", -1)) {
            RedisURI uri = RedisURI.create("redis://" + login + node);
            uri.setTimeout(options.timeout());
            nodes.add(uri);
        }
        return nodes;
    }

    private static ClientOptions.Builder resilient(ClientOptions.Builder builder, RedisOptions options) {
        return builder.autoReconnect(true)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .replayFilter(command -> true)
                .timeoutOptions(TimeoutOptions.enabled(options.timeout()))
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(shorter(options.timeout(), CONNECT_WITHIN))
                        .keepAlive(ALIVE)
                        .build());
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static StorageException unreachable(RedisOptions options, RuntimeException why) {
        return new StorageException("cannot reach Redis at " + options.shownUri() + ": " + root(why), why);
    }

    boolean isCluster() {
        return client instanceof RedisClusterClient;
    }

    /** Sends a script. */
    CompletableFuture<Reply> run(Script script, byte[][] keys, Args args) {
        return run(commands(), script, keys, args.toArray());
    }

    boolean waitsForReplicas() {
        return options.replicas() > 0;
    }

    /** Sends a script that changes jobs; the answer comes when as many replicas have the change as are asked for. */
    CompletableFuture<Reply> runDurably(Script script, byte[][] keys, Args args) {
        if (!waitsForReplicas()) {
            return run(script, keys, args);
        }
        RedisClusterAsyncCommands<byte[], byte[]> node = nodeOf(keys[0]);
        CompletableFuture<Reply> reply = run(node, script, keys, args.toArray());
        return reply.thenCompose(
                answer -> node.waitForReplication(options.replicas(), patience().toMillis())
                        .thenApply(count -> confirmed(answer, count)));
    }

    /** Less than a call may take, so that the answer says what is missing. */
    private Duration patience() {
        return options.timeout().dividedBy(2);
    }

    private Reply confirmed(Reply answer, long count) {
        if (count < options.replicas()) {
            throw new StorageException("only " + count + " of " + options.replicas()
                    + " replicas had the change within " + patience()
                    + "; Redis itself has it, and the call may be repeated");
        }
        return answer;
    }

    /** WAIT counts what was written over the same connection, so both must go over that of the key's own node. */
    private RedisClusterAsyncCommands<byte[], byte[]> nodeOf(byte[] key) {
        requireOpen();
        if (current.connection() instanceof StatefulRedisClusterConnection<byte[], byte[]> cluster) {
            RedisClusterNode node = cluster.getPartitions().getPartitionBySlot(SlotHash.getSlot(key));
            if (node == null) {
                throw new StorageException("no node of the Redis Cluster serves the queue's slot now; try again");
            }
            return cluster.getConnection(node.getUri().getHost(), node.getUri().getPort())
                    .async();
        }
        return current.commands();
    }

    private static CompletableFuture<Reply> run(
            RedisClusterAsyncCommands<byte[], byte[]> node, Script script, byte[][] keys, byte[][] args) {
        CompletionStage<List<Object>> first = node.evalsha(script.sha(), ScriptOutputType.MULTI, keys, args);
        return first.handle((answer, error) -> {
                    if (error == null) {
                        return CompletableFuture.completedFuture(answer);
                    }
                    if (cause(error) instanceof RedisNoScriptException) {
                        CompletionStage<List<Object>> again =
                                node.eval(script.text(), ScriptOutputType.MULTI, keys, args);
                        return again;
                    }
                    return CompletableFuture.<List<Object>>failedFuture(error);
                })
                .thenCompose(stage -> stage)
                .thenApply(Reply::new)
                .toCompletableFuture();
    }

    /** Every other command. */
    RedisClusterAsyncCommands<byte[], byte[]> commands() {
        requireOpen();
        return current.commands();
    }

    /** Waits for an answer. */
    <T> T await(CompletionStage<T> answer) {
        try {
            T value = answer.toCompletableFuture().get(options.timeout().toMillis(), TimeUnit.MILLISECONDS);
            answeredNanos = System.nanoTime();
            return value;
        } catch (TimeoutException e) {
            replaceIfDead();
            throw new StorageException(
                    "Redis at " + options.shownUri() + " has not answered within " + DurationText.of(options.timeout())
                            + "; whether the call took effect is unknown, it may be repeated",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StorageException("interrupted while waiting for Redis", e);
        } catch (ExecutionException e) {
            throw failed(e.getCause() == null ? e : e.getCause());
        }
    }

    /** Waits until an answer is there, or has failed, or the time is over; what it is shows {@link #await}. */
    void awaitQuietly(CompletableFuture<?> answer) {
        try {
            answer.get(options.timeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException failed) {
            log.trace("no answer", failed);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * A connection whose packets are dropped somewhere does not break for many minutes, so one that has been silent for
     * long is given up for a new one.
     */
    private void replaceIfDead() {
        Connected silent = current;
        if (System.nanoTime() - answeredNanos < options.timeout().toNanos() * 3 / 2) {
            return;
        }
        synchronized (this) {
            if (!current.equals(silent) || closed) {
                return;
            }
            try {
                current = connect();
                answeredNanos = System.nanoTime();
                silent.connection().closeAsync();
            } catch (RuntimeException unreachable) {
                log.debug("Redis is still away", unreachable);
            }
        }
    }

    private StorageException failed(Throwable error) {
        Throwable cause = cause(error);
        if (cause instanceof StorageException known) {
            return known;
        }
        if (cause instanceof RedisCommandTimeoutException) {
            replaceIfDead();
        }
        String message = String.valueOf(cause.getMessage());
        String advice = "";
        if (message.startsWith("NOPERM")) {
            advice = "; docs/redis-layout.md lists the permissions that are needed";
        } else if (message.contains("OOM command not allowed")) {
            advice = "; Redis is full: nothing was stored. Raise maxmemory, or let workers catch up";
        } else if (message.startsWith("READONLY")) {
            advice = "; this is a replica: connect to the primary, or through Sentinel";
        }
        return new StorageException("Redis at " + options.shownUri() + " failed: " + root(cause) + advice, cause);
    }

    private static Throwable cause(Throwable error) {
        return error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    }

    private static String root(Throwable error) {
        Throwable root = error;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.toString() : root.getMessage();
    }

    /** A connection for subscriptions. */
    StatefulRedisPubSubConnection<String, String> subscriber() {
        requireOpen();
        try {
            return client instanceof RedisClusterClient cluster
                    ? cluster.connectPubSub(StringCodec.UTF8)
                    : ((RedisClient) client).connectPubSub(StringCodec.UTF8);
        } catch (RedisException away) {
            throw unreachable(options, away);
        }
    }

    void requireOpen() {
        if (closed) {
            throw new StorageException("this Redis storage is closed; its jobs are where they were");
        }
    }

    /** Whether a failure may pass: the connection broke, or Redis is starting or failing over. */
    static boolean mayPass(@Nullable Throwable error) {
        if (error == null) {
            return false;
        }
        Throwable cause = cause(error);
        String message = String.valueOf(cause.getMessage());
        return !(cause instanceof RedisCommandExecutionException)
                || message.startsWith("LOADING")
                || message.startsWith("CLUSTERDOWN")
                || message.startsWith("MASTERDOWN")
                || message.startsWith("READONLY");
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            current.connection().close();
            shutdown();
        }
    }

    /** Resources that are given to a client are not its own to close. */
    private void shutdown() {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        resources.shutdown(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
