package io.jobq.redis;

import io.jobq.spi.Retention;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/** Sends the scripts that work on a queue, with what all of them are told. */
final class Calls {
    private final RedisLink link;
    private final byte[] prefix;
    private final Retention retention;
    private final LongSupplier clockShift;

    /** Only tests shift the clock: by microseconds. */
    Calls(RedisLink link, RedisOptions options, LongSupplier clockShift) {
        this.link = link;
        this.prefix = QueueKeys.bytes(options.prefix());
        this.retention = options.retention();
        this.clockShift = clockShift;
    }

    CompletableFuture<Reply> send(Script script, QueueKeys queue, Args own) {
        return link.run(script, queue.keys(), common(queue).addAll(own));
    }

    CompletableFuture<Reply> sendDurably(Script script, QueueKeys queue, Args own) {
        return link.runDurably(script, queue.keys(), common(queue).addAll(own));
    }

    /** Sends a script that looks at several places, which a node has together. */
    CompletableFuture<Reply> sendToMany(Script script, List<QueueKeys> places, Args own) {
        byte[][] keys = places.stream().map(QueueKeys::meta).toArray(byte[][]::new);
        return link.run(script, keys, new Args().add(clockShift()).addAll(own));
    }

    /** Sends and waits. */
    Reply call(Script script, QueueKeys queue, Args own) {
        return link.await(send(script, queue, own));
    }

    private Args common(QueueKeys queue) {
        return new Args()
                .add(prefix)
                .add(queue.name())
                .add(retention.succeeded())
                .add(retention.dead())
                .add(link.isCluster() ? 0 : 1)
                .add(clockShift.getAsLong());
    }

    boolean waitsForReplicas() {
        return link.waitsForReplicas();
    }

    RedisLink link() {
        return link;
    }

    Retention retention() {
        return retention;
    }

    long clockShift() {
        return clockShift.getAsLong();
    }
}
