package io.jobq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Registration of handlers, above all what it says when something is wrong. */
@Timeout(30)
class HandlersTest {
    record Mail(String to) {}

    static class Mailer {
        final AtomicInteger cleaned = new AtomicInteger();

        @JobHandler(value = "send", aliases = "send_old", queue = "mail", timeout = "PT5S", maxAttempts = 2)
        String send(Mail mail, JobContext job) {
            return mail.to() + " on attempt " + job.attempt() + " from " + job.queue();
        }

        @JobHandler("clean")
        private void clean() {
            cleaned.incrementAndGet();
        }

        @JobHandler("sum")
        int sum(List<Integer> numbers) {
            return numbers.stream().mapToInt(Integer::intValue).sum();
        }

        @JobHandler("who")
        String who(JobContext job) {
            return job.type();
        }

        @JobHandler(value = "flaky", retryOn = IOException.class, maxAttempts = 3)
        void flaky(String what) throws IOException {
            if (what.equals("io")) {
                throw new IOException("try again");
            }
            throw new IllegalStateException("hopeless");
        }
    }

    @Test
    void annotatedMethodsOfEveryShapeAreCalled() {
        Mailer mailer = new Mailer();
        try (JobQ jobq = JobQ.builder().handlers(mailer).start()) {
            assertThat(jobq.enqueue(Job.of("send", new Mail("ada")))
                            .result(String.class)
                            .join())
                    .isEqualTo("ada on attempt 1 from mail");
            assertThat(jobq.enqueue(Job.of("send_old", new Mail("bob")))
                            .result(String.class)
                            .join())
                    .startsWith("bob");
            jobq.enqueue(Job.of("clean")).result(Void.class).join();
            assertThat(mailer.cleaned).hasValue(1);
            assertThat(jobq.enqueue(Job.of("sum", List.of(1, 2, 3)))
                            .result(Integer.class)
                            .join())
                    .isEqualTo(6);
            assertThat(jobq.enqueue(Job.of("who")).result(String.class).join()).isEqualTo("who");
        }
    }

    @Test
    void anAnnotationSetsTheRetryPolicy() {
        try (JobQ jobq = JobQ.builder()
                .handlers(new Mailer())
                .retry(RetryPolicy.fixed(java.time.Duration.ZERO))
                .start()) {
            JobHandle io = jobq.enqueue(Job.of("flaky", "io"));
            JobHandle other = jobq.enqueue(Job.of("flaky", "other"));
            assertThatThrownBy(() -> io.result(Void.class).join()).hasMessageContaining("gave up after 3 attempts");
            assertThatThrownBy(() -> other.result(Void.class).join())
                    .hasMessageContaining("not among the errors to retry");
        }
    }

    @Test
    void wrongMethodsAreNamed() {
        class Three {
            @JobHandler("x")
            void three(String a, JobContext b, String c) {}
        }
        class BadTimeout {
            @JobHandler(value = "x", timeout = "5 seconds")
            void slow(String a) {}
        }
        class BadName {
            @JobHandler("")
            void unnamed(String a) {}
        }
        class None {}
        class Twice {
            @JobHandler("x")
            void one(String a) {}

            @JobHandler("x")
            void two(String a) {}
        }
        assertRefused(new Three(), "Three.three", "must take (payload)");
        assertRefused(new BadTimeout(), "BadTimeout.slow", "PT30S", "5 seconds");
        assertRefused(new BadName(), "BadName.unnamed", "job type name");
        assertRefused(new None(), "None", "no method annotated with @JobHandler");
        assertRefused(new Twice(), "two handlers for job type 'x'", "Twice.one", "Twice.two");
        assertRefused(new StaticHandler(), "StaticHandler.run", "must not be static");
    }

    static class StaticHandler {
        @JobHandler("x")
        static void run(String a) {}
    }

    private static void assertRefused(Object handlers, String... parts) {
        assertThatThrownBy(() -> JobQ.builder().handlers(handlers).build())
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .contains(parts);
    }

    @Test
    void twoLambdasForATypeAreRefused() {
        JobQ.Builder builder = JobQ.builder().handle("x", String.class, (a, b) -> {});
        assertThatThrownBy(() -> builder.handle("x", String.class, (a, b) -> {}))
                .hasMessageContaining("two handlers for job type 'x'");
        assertThatThrownBy(() -> JobQ.builder()
                        .handle("a", String.class, (a, b) -> {})
                        .handle("b", String.class, (a, b) -> {})
                        .type("a", type -> type.withAlias("b"))
                        .build())
                .hasMessageContaining("two handlers for job type 'b'");
    }

    @Test
    void aMissingUpcasterIsNoticedAtOnce() {
        assertThatThrownBy(() -> JobQ.builder()
                        .handle("x", String.class, (a, b) -> {})
                        .type("x", type -> type.withVersion(3).withUpcaster(1, json -> json))
                        .build())
                .hasMessageContaining("no upcaster from version 2");
    }
}
