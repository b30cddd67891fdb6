package io.jobq.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SlotsTest {
    private final AtomicInteger ran = new AtomicInteger();
    private final CountDownLatch gate = new CountDownLatch(1);
    private final Slots<Integer> slots = new Slots<>("test", 1, this::run);

    private void run(int task) {
        try {
            if (task == 0) {
                gate.await();
            }
            ran.incrementAndGet();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            slots.leave();
        }
    }

    @AfterEach
    void close() {
        gate.countDown();
        slots.close();
    }

    @Test
    void whatWaitsForASlotIsNotUsingOne() {
        fill();
        assertThat(slots.used()).isEqualTo(1);
        assertThat(slots.taken()).isEqualTo(3);
        gate.countDown();
        await().until(() -> ran.get() == 3 && slots.taken() == 0);
    }

    @Test
    void whatWaitsIsWithdrawnWhenNothingHasGotASlotBetweenTwoLooks() {
        fill();
        assertThat(slots.withdrawStalled()).isEmpty();
        assertThat(slots.withdrawStalled()).containsExactly(1, 2);
        assertThat(slots.taken()).isEqualTo(1);
        assertThat(slots.withdrawStalled()).isEmpty();
        gate.countDown();
        await().until(() -> ran.get() == 1 && slots.taken() == 0);
    }

    private void fill() {
        slots.enter(0);
        slots.wake();
        await().until(() -> slots.used() == 1);
        slots.enter(1);
        slots.enter(2);
        slots.wake();
    }
}
