package io.jobq.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** How fast jobs are stored, one by one and in batches, and what a waiting one costs in memory. */
final class EnqueueMode implements Mode {
    @Override
    public String name() {
        return "enqueue";
    }

    @Override
    public String summary() {
        return "rate at which jobs are stored, singly and in batches, and bytes per waiting job";
    }

    @Override
    public Map<String, String> defaults() {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put("storage", "memory");
        defaults.put("jobs", "200000");
        defaults.put("payload", "100");
        defaults.put("batch", "1000");
        defaults.put("threads", "1");
        defaults.put("metrics", "on");
        defaults.put("warmup", "100000");
        return defaults;
    }

    @Override
    public void run(Options options, Results results) throws InterruptedException {
        int jobs = options.number("jobs", 1);
        int batch = options.number("batch", 1);
        int warmup = options.number("warmup", 0);
        options.number("threads", 1);
        Input.Maker inputs = new Input.Maker(options.number("payload", 1));
        OptionalLong perJob = OptionalLong.empty();
        for (int size : batch == 1 ? List.of(1) : List.of(1, batch)) {
            if (warmup > 0) {
                new Run(options, inputs, warmup, size).measure();
            }
            Run run = new Run(options, inputs, jobs, size);
            run.measure();
            results.jobsPerSecond(jobs, run.time, Map.of("batch", size));
            perJob = run.bytesPerJob;
        }
        perJob.ifPresent(bytes -> results.print("bytes_per_job", (double) bytes, "bytes", Map.of()));
    }

    /** One fresh storage, filled. */
    private static final class Run {
        private final Options options;
        private final Input.Maker inputs;
        private final int jobs;
        private final int batch;
        private final Stopwatch time = new Stopwatch();
        private OptionalLong bytesPerJob = OptionalLong.empty();

        Run(Options options, Input.Maker inputs, int jobs, int batch) {
            this.options = options;
            this.inputs = inputs;
            this.jobs = jobs;
            this.batch = batch;
        }

        void measure() throws InterruptedException {
            String uri = options.text("storage");
            StorageFactory storage = StorageFactory.of(uri);
            try (Bench bench = new Bench(options, 1, (input, job) -> {})) {
                OptionalLong before = storage.usedBytes(uri);
                fill(bench);
                OptionalLong after = storage.usedBytes(uri);
                if (before.isPresent() && after.isPresent()) {
                    bytesPerJob = OptionalLong.of(Math.max(0, after.getAsLong() - before.getAsLong()) / jobs);
                }
            }
        }

        private void fill(Bench bench) throws InterruptedException {
            int count = options.number("threads", 1);
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                long from = (long) jobs * i / count;
                long to = (long) jobs * (i + 1) / count;
                threads.add(new Thread(() -> bench.enqueue(inputs, from, to, batch), "producer-" + i));
            }
            time.start();
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            time.stop();
        }
    }
}
