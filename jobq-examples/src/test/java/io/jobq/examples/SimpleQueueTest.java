package io.jobq.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SimpleQueueTest {
    private final Screen screen = new Screen();

    @Test
    void sendsThreeEmailsAndEnds() {
        SimpleQueue.run(screen.out, Duration.ofMillis(300));

        List<String> lines = screen.lines();
        assertThat(lines).first().isEqualTo("enqueued 3 jobs; the reminder is due in 300 ms");
        for (String email : List.of("email-newsletter", "email-password", "email-reminder")) {
            assertThat(lines)
                    .filteredOn(line -> line.matches("\\[jobq-worker-[123]] completed " + email + " in \\d+ ms"))
                    .hasSize(1);
        }
        assertThat(lines).last().isEqualTo("all sent");
    }

    @Test
    void delaysTheReminder() {
        long start = System.nanoTime();
        SimpleQueue.run(screen.out, Duration.ofMillis(700));

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(700));
        assertThat(screen.text().indexOf("sending email-reminder"))
                .isGreaterThan(screen.text().indexOf("sending email-newsletter"))
                .isGreaterThan(screen.text().indexOf("sending email-password"));
    }
}
