package io.jobq.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class PaymentRetriesTest {
    private final Screen screen = new Screen();

    @BeforeEach
    void run() {
        PaymentRetries.run(screen.out);
    }

    /** What was said of a payment's attempts, without the time in front. */
    private List<String> attempts(String payment) {
        return screen.lines().stream()
                .map(line -> line.replaceFirst("^ *\\d+ ms  ", ""))
                .filter(line -> line.startsWith(payment + " attempt "))
                .toList();
    }

    private long millisOf(String part) {
        String line = screen.lines().stream()
                .filter(each -> each.contains(part))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(line.strip().split(" ", 2)[0]);
    }

    @Test
    void backsOffWhileTheGatewayIsDown() {
        assertThat(attempts("payment-1")).containsExactly("payment-1 attempt 1 succeeded");
        assertThat(attempts("payment-2"))
                .containsExactly(
                        "payment-2 attempt 1 failed, will be retried: 503 service unavailable",
                        "payment-2 attempt 2 failed, will be retried: read timed out after 30 s",
                        "payment-2 attempt 3 failed, will be retried: 503 service unavailable",
                        "payment-2 attempt 4 succeeded");
        // 250, 500 and 1,000 ms, each less a fifth at most
        assertThat(millisOf("payment-2 attempt 2") - millisOf("payment-2 attempt 1"))
                .isGreaterThanOrEqualTo(199);
        assertThat(millisOf("payment-2 attempt 3") - millisOf("payment-2 attempt 2"))
                .isGreaterThanOrEqualTo(399);
        assertThat(millisOf("payment-2 attempt 4") - millisOf("payment-2 attempt 3"))
                .isGreaterThanOrEqualTo(799);
    }

    @Test
    void replaysTheDeclinedCardFromTheDeadLetters() {
        assertThat(attempts("payment-3"))
                .containsExactly(
                        "payment-3 attempt 1 failed for good: card expired 10/26", "payment-3 attempt 1 succeeded");
        assertThat(screen.text())
                .containsSubsequence(
                        "dead letters: 1",
                        "  payment-3, io.jobq.examples.CardDeclinedException is not retried: card expired 10/26",
                        "the card was renewed; replaying",
                        "replayed 1",
                        "result: receipt for payment-3, 850 cents",
                        "dead letters: 0");
    }
}
