package io.jobq.benchmarks;

import io.jobq.JacksonCodec;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;

/** The work of {@link DrainMode} with nothing but {@code java.util.concurrent}: what there is to be compared with. */
final class FloorMode implements Mode {
    private final JacksonCodec codec = new JacksonCodec();

    @Override
    public String name() {
        return "floor";
    }

    @Override
    public String summary() {
        return "the work of drain without the library: a bare queue and thread pool, or bare Redis";
    }

    @Override
    public Map<String, String> defaults() {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put("storage", "memory");
        defaults.put("jobs", "1000000");
        defaults.put("payload", "100");
        defaults.put("concurrency", "100");
        defaults.put("batch", "100");
        defaults.put("warmup", "1000000");
        return defaults;
    }

    @Override
    public void run(Options options, Results results) throws InterruptedException {
        int jobs = options.number("jobs", 1);
        int warmup = options.number("warmup", 0);
        int threads = options.number("concurrency", 1);
        Input.Maker inputs = new Input.Maker(options.number("payload", 1));
        if (StorageFactory.of(options.text("storage")) instanceof RedisStorageFactory) {
            new RedisFloor(options, inputs).run(warmup, jobs, results);
            return;
        }
        if (warmup > 0) {
            drain(inputs, warmup, threads, new Stopwatch());
        }
        Stopwatch time = new Stopwatch();
        drain(inputs, jobs, threads, time);
        results.jobsPerSecond(jobs, time, Map.of());
    }

    private void drain(Input.Maker inputs, int jobs, int threads, Stopwatch time) throws InterruptedException {
        Queue<byte[]> backlog = new LinkedBlockingQueue<>();
        for (int n = 0; n < jobs; n++) {
            backlog.add(codec.encode(inputs.number(n)));
        }
        CountDownLatch left = new CountDownLatch(jobs);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        System.gc();
        time.start();
        for (int thread = 0; thread < threads; thread++) {
            pool.execute(() -> work(backlog, left));
        }
        left.await();
        time.stop();
        pool.shutdown();
    }

    private void work(Queue<byte[]> backlog, CountDownLatch left) {
        for (byte[] data = backlog.poll(); data != null; data = backlog.poll()) {
            if (codec.decode(data, Input.class) instanceof Input) {
                left.countDown();
            }
        }
    }
}
