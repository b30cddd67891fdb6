package io.jobq.redis;

import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.models.partitions.ClusterPartitionParser;
import io.lettuce.core.cluster.models.partitions.Partitions;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A Redis Cluster of three primaries, which have a third of the slots each. Replicas take over about 4 seconds after a
 * primary was killed. Thread-safe, except for the processes themselves.
 */
final class RedisCluster implements AutoCloseable {
    private static final int PRIMARIES = 3;

    /** The primaries of the beginning, and then their replicas: that of node i is i + 3, i + 6 and so on. */
    private final List<RedisProcess> nodes = new ArrayList<>();

    private RedisCluster() {}

    /**
     * Returns when every node calls the cluster healthy and every replica follows.
     *
     * @param options of every node, as of {@link RedisProcess#start}
     */
    static RedisCluster start(int replicasPerPrimary, String... options) {
        RedisCluster cluster = new RedisCluster();
        try {
            cluster.launch(PRIMARIES * (1 + replicasPerPrimary), String.join(" ", options));
            cluster.shareSlots();
            cluster.introduce();
            cluster.follow();
            cluster.awaitHealthy();
            return cluster;
        } catch (RuntimeException e) {
            cluster.close();
            throw new IllegalStateException("the cluster does not start", e);
        }
    }

    /** Names all nodes that were started. */
    String uri() {
        return nodes.stream()
                .map(node -> node.host() + ":" + node.port())
                .collect(Collectors.joining(",", "redis-cluster://", ""));
    }

    /** All that were started. */
    List<RedisProcess> nodes() {
        return List.copyOf(nodes);
    }

    /** The node that has the slot of this key, as the live nodes see it now. */
    RedisProcess primaryOf(String key) {
        return primaryOf(SlotHash.getSlot(key));
    }

    /** The node that has this slot, as the live nodes see it now. */
    RedisProcess primaryOf(int slot) {
        RedisClusterNode owner = view(live().findFirst().orElseThrow()).getPartitionBySlot(slot);
        return nodes.stream()
                .filter(node -> node.port() == owner.getUri().getPort())
                .findFirst()
                .orElseThrow();
    }

    /** Kills the primary of this key, and does not wait; {@link #awaitFailover} does. */
    RedisProcess killPrimaryOf(String key) {
        RedisProcess primary = primaryOf(key);
        primary.kill();
        return primary;
    }

    /** Waits until all live nodes agree that others have all slots of this one. */
    void awaitFailover(RedisProcess lost) {
        RedisProcess.patiently().until(() -> live().allMatch(node -> isHealthy(node) && !hasSlots(node, lost)));
    }

    /** Waits until every node lives, calls the cluster healthy and sees all others, and every replica follows. */
    void awaitHealthy() {
        RedisProcess.patiently().until(() -> nodes.stream().allMatch(node -> isHealthy(node) && seesAll(node)));
    }

    /** Kills all. */
    @Override
    public void close() {
        nodes.forEach(RedisProcess::close);
    }

    private void launch(int count, String options) {
        for (int i = 0; i < count; i++) {
            nodes.add(RedisProcess.start("--cluster-enabled yes --cluster-node-timeout 2000", options));
        }
    }

    private void shareSlots() {
        for (int i = 0; i < PRIMARIES; i++) {
            int from = SlotHash.SLOT_COUNT * i / PRIMARIES;
            int to = SlotHash.SLOT_COUNT * (i + 1) / PRIMARIES;
            // Not ADDSLOTSRANGE, which 6.2 lacks.
            Stream<String> slots = IntStream.range(from, to).mapToObj(Integer::toString);
            nodes.get(i)
                    .ask(Stream.concat(Stream.of("CLUSTER", "ADDSLOTS"), slots).toArray(String[]::new));
        }
    }

    private void introduce() {
        for (int i = 0; i < nodes.size(); i++) {
            // Nodes with equal epochs would have to settle that first.
            nodes.get(i).ask("CLUSTER", "SET-CONFIG-EPOCH", Integer.toString(i + 1));
            for (RedisProcess earlier : nodes.subList(0, i)) {
                nodes.get(i).ask("CLUSTER", "MEET", earlier.host(), Integer.toString(earlier.port()));
            }
        }
    }

    private void follow() {
        for (int i = PRIMARIES; i < nodes.size(); i++) {
            RedisProcess replica = nodes.get(i);
            String primary = nodes.get(i % PRIMARIES).ask("CLUSTER", "MYID");
            // It refuses until it knows the primary.
            RedisProcess.patiently()
                    .until(() -> replica.ask("CLUSTER", "REPLICATE", primary).equals("OK"));
        }
    }

    private Stream<RedisProcess> live() {
        return nodes.stream().filter(RedisProcess::isAlive);
    }

    private static boolean isHealthy(RedisProcess node) {
        return RawRedis.field(node.ask("CLUSTER", "INFO"), "cluster_state").equals("ok");
    }

    private boolean seesAll(RedisProcess node) {
        Partitions seen = view(node);
        long replicas = seen.stream().filter(one -> one.getSlaveOf() != null).count();
        boolean follows = !node.info("role").equals("slave")
                || node.info("master_link_status").equals("up");
        return follows && seen.size() == nodes.size() && replicas == nodes.size() - PRIMARIES;
    }

    private static boolean hasSlots(RedisProcess viewer, RedisProcess node) {
        return view(viewer).stream()
                .anyMatch(one ->
                        one.getUri().getPort() == node.port() && !one.getSlots().isEmpty());
    }

    private static Partitions view(RedisProcess node) {
        return ClusterPartitionParser.parse(node.ask("CLUSTER", "NODES"));
    }
}
