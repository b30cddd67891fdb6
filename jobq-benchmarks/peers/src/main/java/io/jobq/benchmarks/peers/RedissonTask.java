package io.jobq.benchmarks.peers;

import java.io.Serializable;

/** What Redisson stores and runs: the object, together with the bytes of its class. */
public final class RedissonTask implements Runnable, Serializable {
    private static final long serialVersionUID = 1L;

    private long number;
    private long time;
    private String text = "";

    /** For Redisson's codec. */
    public RedissonTask() {}

    RedissonTask(Work work) {
        this.number = work.number();
        this.time = work.time();
        this.text = work.text();
    }

    /** Hands the job to {@link Handling}. */
    @Override
    public void run() {
        Handling.run(new Work(number, time, text));
    }
}
