package io.jobq.system;

import io.jobq.spi.Durations;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Few daemon threads for requests. One that takes too long, since its client does not send or read, is interrupted, which
 * closes its connection; so clients can keep others waiting, but not for ever. The line is as long as there are connections:
 * the server would not close that of a request it is refused a thread for.
 */
final class HttpTasks implements Executor, AutoCloseable {
    private static final int THREADS = 4;

    private final ThreadPoolExecutor threads;
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, daemons("jobq-http-timer"));
    private final Duration limit;

    HttpTasks(Duration limit) {
        this.limit = limit;
        this.threads = new ThreadPoolExecutor(
                THREADS, THREADS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), daemons("jobq-http"));
        threads.allowCoreThreadTimeOut(true);
        timer.setRemoveOnCancelPolicy(true);
    }

    private static ThreadFactory daemons(String name) {
        return task -> {
            Thread thread = new Thread(null, task, name, 0, false);
            thread.setDaemon(true);
            return thread;
        };
    }

    @Override
    public void execute(Runnable request) {
        threads.execute(() -> {
            FutureTask<?> task = new FutureTask<>(request, null);
            Future<?> end = timer.schedule(() -> task.cancel(true), Durations.millis(limit), TimeUnit.MILLISECONDS);
            task.run();
            end.cancel(false);
        });
    }

    /** Interrupts what runs, and waits for nothing. */
    @Override
    public void close() {
        timer.shutdownNow();
        threads.shutdownNow();
    }
}
