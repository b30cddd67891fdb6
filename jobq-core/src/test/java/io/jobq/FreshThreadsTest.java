package io.jobq;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a job finds on its thread: nothing of who started the system, nothing of the job before. */
@Timeout(30)
class FreshThreadsTest {
    private static final InheritableThreadLocal<String> USER = new InheritableThreadLocal<>();
    private static final Duration LONG = Duration.ofSeconds(20);

    @Test
    void noThreadInheritsFromWhoStartsTheSystem() throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        USER.set("the user of a request");
        try (JobQ jobq = JobQ.builder()
                .compute("look", Void.class, (nothing, job) -> "handler " + USER.get())
                .listener(new JobListener() {
                    @Override
                    public void onEnd(JobContext job, JobEnd end) {
                        seen.add("listener " + USER.get());
                    }
                })
                .start()) {
            JobHandle handle = jobq.enqueue(Job.of("look"));
            seen.add(handle.result(String.class).get());
            seen.add(handle.result(String.class).thenApply(any -> "result").get());
        } finally {
            USER.remove();
        }
        assertThat(seen).containsExactlyInAnyOrder("listener null", "handler null", "result");
    }

    @Test
    @SuppressWarnings("ThreadPriorityCheck") // a handler may do so
    void aJobFindsNothingOfTheOneBefore() throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        ClassLoader own = Thread.currentThread().getContextClassLoader();
        try (JobQ jobq = JobQ.builder()
                .handle("spoil", Void.class, (nothing, job) -> {
                    Thread thread = Thread.currentThread();
                    seen.add(thread.getName()
                            + ' '
                            + (thread.getContextClassLoader() == own)
                            + ' '
                            + thread.getPriority()
                            + ' '
                            + thread.isInterrupted());
                    thread.setName("spoilt");
                    thread.setContextClassLoader(new URLClassLoader(new URL[0], null));
                    thread.setPriority(Thread.MIN_PRIORITY); // which a virtual thread ignores
                    thread.interrupt();
                })
                .worker(WorkerOptions.DEFAULT.withConcurrency(1))
                .start()) {
            for (int i = 0; i < 3; i++) {
                assertThat(jobq.enqueue(Job.of("spoil")).await(LONG)).isTrue();
            }
        }
        assertThat(seen).hasSize(3).allSatisfy(look -> assertThat(look).endsWith(" true 5 false"));
        assertThat(seen).allSatisfy(look -> assertThat(look).startsWith("jobq-worker-"));
    }
}
