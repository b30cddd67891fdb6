package io.jobq.redis;

import io.jobq.spi.JobOptions;
import io.jobq.spi.Lease;
import io.jobq.spi.NewJob;
import io.jobq.spi.StorageException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which queues there are and where their jobs lie. Names are kept in one set; a queue enters it before its first job is
 * stored. How many partitions a queue has is kept beside it, since every process must agree.
 */
final class Queues {
    private final RedisLink link;
    private final String prefix;
    private final byte[] names;
    private final Map<String, Integer> partitions;
    private final Map<String, List<QueueKeys>> keys = new ConcurrentHashMap<>();
    private final Set<String> registered = ConcurrentHashMap.newKeySet();

    private Queues(RedisLink link, String prefix, Map<String, Integer> partitions) {
        this.link = link;
        this.prefix = prefix;
        this.names = QueueKeys.bytes(prefix + ":queues");
        this.partitions = partitions;
    }

    static Queues open(RedisLink link, RedisOptions options) {
        byte[] stored = QueueKeys.bytes(options.prefix() + ":partitions");
        Map<String, Integer> agreed = new HashMap<>();
        Queues queues = new Queues(link, options.prefix(), agreed);
        options.partitions().forEach((queue, count) -> queues.agree(stored, queue, count));
        link.await(link.commands().hgetall(stored)).forEach((queue, count) -> agreed.put(text(queue), number(count)));
        return queues;
    }

    private void agree(byte[] stored, String queue, int count) {
        byte[] name = QueueKeys.bytes(queue);
        boolean known = link.await(link.commands().hget(stored, name)) != null;
        if (!known && link.await(link.commands().sismember(names, name))) {
            throw new StorageException("queue '" + queue + "' is in use without partitions; choose another name for"
                    + " the partitioned one and let workers serve both until the old one is empty");
        }
        link.await(link.commands().hsetnx(stored, name, QueueKeys.bytes(String.valueOf(count))));
        int now = number(link.await(link.commands().hget(stored, name)));
        if (now != count) {
            throw new StorageException("queue '" + queue + "' has " + now + " partitions, and this process is told "
                    + count + "; the number cannot change once it is in use");
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static int number(byte[] bytes) {
        return Integer.parseInt(text(bytes));
    }

    /** Where the jobs of a queue lie: one place, or one per partition. */
    List<QueueKeys> of(String queue) {
        List<QueueKeys> known = keys.get(queue);
        return known != null ? known : keys.computeIfAbsent(queue, this::make);
    }

    private List<QueueKeys> make(String queue) {
        int count = partitions.getOrDefault(queue, 1);
        List<QueueKeys> made = new ArrayList<>(count);
        for (int partition = 0; partition < count; partition++) {
            made.add(QueueKeys.of(prefix, queue, partition, count));
        }
        return made;
    }

    /** Where a job goes: those of a guard, else of a unique key, else of a tenant, stay together. */
    QueueKeys of(NewJob job) {
        List<QueueKeys> all = of(job.queue());
        if (all.size() == 1) {
            return all.get(0);
        }
        JobOptions options = job.options();
        if (job.guard() != null) {
            return guards(job.queue(), job.guard().key());
        }
        Object key = options.unique() != null
                ? options.unique().key()
                : options.tenant() != null ? options.tenant() : job.id();
        return all.get(Math.floorMod(key.hashCode() * 0x9e3779b9, all.size()));
    }

    /** Where a guard lies, and the jobs that it guards. */
    QueueKeys guards(String queue, String key) {
        List<QueueKeys> all = of(queue);
        return all.get(Math.floorMod(key.hashCode() * 0x9e3779b9, all.size()));
    }

    /** Where the job of a lease lies. */
    QueueKeys of(Lease lease) {
        List<QueueKeys> all = of(lease.queue());
        return all.get((int) (lease.nonce() % all.size()));
    }

    /** Puts a queue on the list before its first job is stored. Returns whether it is new to this process. */
    boolean register(String queue) {
        if (registered.contains(queue)) {
            return false;
        }
        link.await(link.commands().sadd(names, QueueKeys.bytes(queue)));
        return registered.add(queue);
    }

    /** A queue that has jobs is on the list, or will be by {@link #remember()}. */
    void met(String queue) {
        registered.add(queue);
    }

    /** Puts every queue that this process has met on the list again, in case a failover has lost the first time. */
    void remember() {
        byte[][] met = registered.stream().map(QueueKeys::bytes).toArray(byte[][]::new);
        if (met.length > 0) {
            link.await(link.commands().sadd(names, met));
        }
    }

    /** All queues that ever had a job, by name. */
    Set<String> all() {
        Set<String> all = new TreeSet<>();
        link.await(link.commands().smembers(names)).forEach(name -> all.add(text(name)));
        return all;
    }

    /** Where all queues lie, in the order of their names. */
    List<QueueKeys> everywhere() {
        List<QueueKeys> places = new ArrayList<>();
        all().forEach(queue -> places.addAll(of(queue)));
        return places;
    }
}
