package io.jobq.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * A primary, its replica and three sentinels, which let the replica take over some 3 seconds after the primary was
 * killed. Thread-safe, except for the processes themselves.
 */
final class SentinelTrio implements AutoCloseable {
    private static final String NAME = "jobq";
    private static final int SENTINELS = 3;

    private final List<RedisProcess> servers = new ArrayList<>();
    private final List<RedisProcess> sentinels = new ArrayList<>();

    private SentinelTrio() {}

    /**
     * Returns when the replica follows and all sentinels know all others.
     *
     * @param options of both servers, as of {@link RedisProcess#start}
     */
    static SentinelTrio start(String... options) {
        SentinelTrio trio = new SentinelTrio();
        try {
            trio.launch(String.join(" ", options));
            trio.awaitHealthy();
            return trio;
        } catch (RuntimeException e) {
            trio.close();
            throw new IllegalStateException("the sentinels do not start", e);
        }
    }

    /** Names all sentinels, and the primary as {@code jobq}. */
    String uri() {
        return sentinels.stream()
                .map(sentinel -> sentinel.host() + ":" + sentinel.port())
                .collect(Collectors.joining(",", "redis-sentinel://", "/0#" + NAME));
    }

    /** Both servers, first the primary of the beginning. */
    List<RedisProcess> servers() {
        return List.copyOf(servers);
    }

    /** All three. */
    List<RedisProcess> sentinels() {
        return List.copyOf(sentinels);
    }

    /** The one that the first living sentinel names. */
    RedisProcess primary() {
        return primary(
                sentinels.stream().filter(RedisProcess::isAlive).findFirst().orElseThrow());
    }

    /** The other one. */
    RedisProcess replica() {
        return servers.get(1 - servers.indexOf(primary()));
    }

    /** Waits until the replica has all that the primary has. */
    void awaitReplication() {
        RedisProcess primary = primary();
        RedisProcess replica = replica();
        RedisProcess.patiently()
                .until(() -> primary.info("master_repl_offset").equals(replica.info("master_repl_offset")));
    }

    /** Pauses the replica and ends its connection: whatever is written from now on it will not have when it goes on. */
    void cutOffReplica() {
        RedisProcess primary = primary();
        replica().pause();
        primary.ask("CLIENT", "KILL", "TYPE", "replica");
        RedisProcess.patiently().until(() -> primary.info("connected_slaves").equals("0"));
    }

    /** Kills the primary, and does not wait; {@link #awaitFailover} does. */
    RedisProcess killPrimary() {
        RedisProcess primary = primary();
        primary.kill();
        return primary;
    }

    /** Waits until all living sentinels name the same server, which answers and says that it is the primary. */
    RedisProcess awaitFailover() {
        return RedisProcess.patiently().until(this::agreedPrimary, Objects::nonNull);
    }

    /**
     * Waits until both servers live, one follows the other, and all sentinels know all others. A former primary that was
     * started again takes some 10 seconds, in which it calls itself a primary.
     */
    void awaitHealthy() {
        RedisProcess.patiently()
                .until(() -> isFollowing(replica()) && sentinels.stream().allMatch(SentinelTrio::knowsAll));
    }

    /** Kills all. */
    @Override
    public void close() {
        sentinels.forEach(RedisProcess::close);
        servers.forEach(RedisProcess::close);
    }

    private void launch(String options) {
        RedisProcess first = RedisProcess.start(options);
        servers.add(first);
        RedisProcess second = RedisProcess.start("--replicaof 127.0.0.1 " + first.port(), options);
        servers.add(second);
        // Sentinels look for new replicas every 10 seconds only.
        RedisProcess.patiently().until(() -> isFollowing(second));
        for (int i = 0; i < SENTINELS; i++) {
            sentinels.add(RedisProcess.sentinel(
                    "--sentinel monitor jobq 127.0.0.1 " + first.port() + " 2",
                    "--sentinel down-after-milliseconds jobq 1000",
                    "--sentinel failover-timeout jobq 5000"));
        }
    }

    private RedisProcess agreedPrimary() {
        RedisProcess named = primary();
        boolean agreed = sentinels.stream().filter(RedisProcess::isAlive).allMatch(one -> primary(one) == named);
        return agreed && named.info("role").equals("master") ? named : null;
    }

    private RedisProcess primary(RedisProcess sentinel) {
        String address = sentinel.ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME);
        return servers.stream()
                .filter(server -> address.equals(server.host() + "\n" + server.port()))
                .findFirst()
                .orElseThrow();
    }

    private static boolean isFollowing(RedisProcess server) {
        return server.info("master_link_status").equals("up");
    }

    private static boolean knowsAll(RedisProcess sentinel) {
        return sentinel.info("master0").matches(".*status=ok,.*slaves=1,sentinels=3");
    }
}
