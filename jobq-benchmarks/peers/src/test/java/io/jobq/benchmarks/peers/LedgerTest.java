package io.jobq.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class LedgerTest {
    private final Ledger ledger = new Ledger();

    @Test
    void whatHasStartedAndIsNotDoneIsRunning() {
        tell("some library's banner", "READY", "START 7", "START 8", "DONE 7");
        assertThat(ledger.isReady()).isTrue();
        assertThat(ledger.running()).containsExactly(8L);
        assertThat(ledger.done()).containsExactly(7L);
        assertThat(ledger.lastStart(Set.of(7L, 8L))).isGreaterThanOrEqualTo(ledger.lastStart(Set.of(7L)));
    }

    @Test
    void anEmptyStorageCountsOnlyIfItWasSeenLater() {
        assertThat(ledger.hasSeenEmptyAfter(Long.MIN_VALUE / 2)).isFalse();
        tell("LEFT 0");
        long afterwards = System.nanoTime();
        assertThat(ledger.hasSeenEmptyAfter(afterwards)).isFalse();
        tell("LEFT 3");
        assertThat(ledger.hasSeenEmptyAfter(afterwards)).isFalse();
        tell("LEFT 0");
        assertThat(ledger.hasSeenEmptyAfter(afterwards)).isTrue();
    }

    private void tell(String... lines) {
        Stream.of(lines).forEach(ledger::line);
    }
}
