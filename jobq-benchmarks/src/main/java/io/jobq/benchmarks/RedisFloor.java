package io.jobq.benchmarks;

import io.jobq.JacksonCodec;
import io.jobq.JobId;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The work of {@link EnqueueMode} and {@link DrainMode} with nothing but Redis: one connection, one script per batch, one
 * batch at a time, and the same JSON on this side.
 */
final class RedisFloor {
    private static final int INSERT_BATCH = 1_000;

    private final JacksonCodec codec = new JacksonCodec();
    private final Input.Maker inputs;
    private final String uri;
    private final int batch;

    RedisFloor(Options options, Input.Maker inputs) {
        this.uri = options.text("storage");
        this.batch = options.number("batch", 1);
        this.inputs = inputs;
    }

    /** Measures, after a warm-up of so many jobs. */
    void run(int warmup, int jobs, Results results) {
        if (warmup > 0) {
            work(warmup, new Stopwatch(), new Stopwatch());
        }
        Stopwatch enqueue = new Stopwatch();
        Stopwatch drain = new Stopwatch();
        work(jobs, enqueue, drain);
        results.jobsPerSecond(jobs, enqueue, Map.of("work", "enqueue", "batch", INSERT_BATCH));
        results.jobsPerSecond(jobs, drain, Map.of("work", "drain"));
    }

    private void work(int jobs, Stopwatch enqueue, Stopwatch drain) {
        String prefix = BareRedis.newPrefix("floor");
        try (BareRedis redis = BareRedis.connect(uri)) {
            Lines lines = new Lines(redis.bytes(), prefix);
            System.gc();
            enqueue.start();
            fill(lines, jobs);
            enqueue.stop();
            System.gc();
            drain.start();
            drain(lines, jobs);
            drain.stop();
            redis.deleteKeys(prefix);
        }
    }

    private void fill(Lines lines, int jobs) {
        for (int from = 0; from < jobs; from += INSERT_BATCH) {
            List<byte[]> words = new ArrayList<>(2 * INSERT_BATCH);
            for (int n = from; n < Math.min(jobs, from + INSERT_BATCH); n++) {
                words.add(bytes(JobId.next().toString()));
                words.add(codec.encode(inputs.number(n)));
            }
            lines.insert(words);
        }
    }

    private void drain(Lines lines, int jobs) {
        int seen = 0;
        List<byte[]> done = List.of();
        do {
            List<List<byte[]>> claimed = lines.exchange(done, batch);
            done = claimed.isEmpty() ? List.of() : claimed.get(0);
            for (int i = 0; i < done.size(); i++) {
                seen += codec.decode(claimed.get(1).get(i), Input.class) instanceof Input ? 1 : 0;
            }
        } while (!done.isEmpty());
        if (seen != jobs) {
            throw new IllegalStateException("stored " + jobs + " jobs, but claimed " + seen);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The two scripts on the keys of one queue. */
    private static final class Lines {
        private final RedisClusterCommands<byte[], byte[]> redis;
        private final byte[][] keys;
        private final String insert;
        private final String exchange;

        Lines(RedisClusterCommands<byte[], byte[]> redis, String prefix) {
            this.redis = redis;
            String queue = prefix + ":{floor}:";
            this.keys = new byte[][] {bytes(queue + "ready"), bytes(queue + "bodies"), bytes(queue + "running")};
            this.insert = redis.scriptLoad(BareRedis.script("floor_insert.lua"));
            this.exchange = redis.scriptLoad(BareRedis.script("floor_exchange.lua"));
        }

        void insert(List<byte[]> idsAndBodies) {
            redis.evalsha(insert, ScriptOutputType.INTEGER, keys, idsAndBodies.toArray(byte[][]::new));
        }

        List<List<byte[]>> exchange(List<byte[]> done, int claim) {
            List<byte[]> words = new ArrayList<>(done.size() + 1);
            words.add(bytes(Integer.toString(claim)));
            words.addAll(done);
            return redis.evalsha(exchange, ScriptOutputType.MULTI, keys, words.toArray(byte[][]::new));
        }
    }
}
