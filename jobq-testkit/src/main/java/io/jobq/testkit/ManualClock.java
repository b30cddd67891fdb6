package io.jobq.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that moves only when told. Thread-safe. */
public final class ManualClock implements InstantSource {
    private final AtomicReference<Instant> now;

    /** Reads 2026-01-01T00:00:00Z. */
    public ManualClock() {
        this(Instant.parse("2026-01-01T00:00:00Z"));
    }

    /** Reads this instant. */
    public ManualClock(Instant start) {
        now = new AtomicReference<>(Objects.requireNonNull(start, "start"));
    }

    @Override
    public Instant instant() {
        return Objects.requireNonNull(now.get());
    }

    /** Moves on, or back when negative. */
    public void advance(Duration by) {
        now.updateAndGet(old -> old.plus(by));
    }

    /** Jumps to an instant. */
    public void set(Instant to) {
        now.set(Objects.requireNonNull(to, "to"));
    }
}
