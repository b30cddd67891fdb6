package io.jobq.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 180, unit = TimeUnit.SECONDS)
class RedisQueueTest {
    private final Screen screen = new Screen();
    private final Screen errors = new Screen();

    private int run(String... args) throws Exception {
        return RedisQueue.run(List.of(args), screen.out, errors.out);
    }

    private int run(TestRedis redis, String... args) throws Exception {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--redis", redis.uri, "--prefix", redis.prefix, "--seconds", "120"));
        return run(all.toArray(String[]::new));
    }

    private int indexOf(String part) {
        int index = screen.text().indexOf(part);
        assertThat(index).as(part + " in\n" + screen.text()).isNotNegative();
        return index;
    }

    @Test
    void sendsFromTwoWorkersWhatAThirdProcessEnqueues() throws Exception {
        try (TestRedis redis = TestRedis.start()) {
            int status = run(redis, "demo");

            assertThat(errors.text()).isEmpty();
            assertThat(status).as(screen.text()).isZero();
            assertThat(screen.lines())
                    .contains("[producer] enqueued 11 jobs; the reminder is due in 2000 ms")
                    .contains("set    " + redis.prefix + ":queues", "hash   " + redis.prefix + ":{mail}:jobs");
            assertThat(screen.lines())
                    .filteredOn(line -> line.matches("\\[worker-[ab]] completed email-[a-z]+(-\\d)? in \\d+ ms"))
                    .hasSize(11);
            for (String worker : List.of("worker-a", "worker-b")) {
                assertThat(indexOf("[" + worker + "] completed ")).isLessThan(indexOf("[producer] knows after "));
            }
            assertUrgentFirstAndReminderLast();
        }
    }

    private void assertUrgentFirstAndReminderLast() {
        // the workers' lines come from two processes, so that only those far apart are in order
        assertThat(indexOf("sending email-password-1")).isLessThan(indexOf("sending email-newsletter-8"));
        assertThat(indexOf("sending email-password-2")).isLessThan(indexOf("sending email-newsletter-8"));
        assertThat(indexOf("sending email-reminder")).isGreaterThan(indexOf("completed email-newsletter-8"));
    }

    @Test
    void saysThatARedisIsNeeded() throws Exception {
        assertThat(run("demo")).isEqualTo(2);
        assertThat(errors.lines())
                .first()
                .isEqualTo("redis-queue: a Redis is needed, 6.2 or newer: name it with --redis redis://HOST:PORT");
        assertThat(errors.text()).contains("usage: redis-queue [demo | worker NAME | produce] --redis URI");
        assertThat(screen.text()).isEmpty();
    }

    @Test
    void saysThatRedisIsNotThere() throws Exception {
        assertThat(run("--redis", "redis://127.0.0.1:1")).isEqualTo(1);
        assertThat(errors.lines()).first().asString().startsWith("redis-queue: ");
        assertThat(screen.text()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--redis", "--seconds 0", "--seconds soon", "--fast"})
    void explainsBadArguments(String line) throws Exception {
        List<String> words = List.of(line.split(" ", 2));

        assertThat(run(words.toArray(String[]::new))).isEqualTo(2);
        assertThat(errors.lines())
                .first()
                .asString()
                .startsWith("redis-queue: ")
                .contains(words.get(0));
    }

    @Test
    void knowsItsRoles() throws Exception {
        try (TestRedis redis = TestRedis.start()) {
            assertThat(run(redis, "dance")).isEqualTo(2);
            assertThat(errors.lines()).first().isEqualTo("redis-queue: no such role: dance");
        }
    }
}
