package io.jobq.scheduler;

import java.time.ZonedDateTime;
import java.util.List;
import java.util.Objects;

/**
 * A tick to come, as a preview shows it.
 *
 * @param at when, in its trigger's zone and without jitter
 * @param remarks what the clocks' changes do to it and have done since the tick before; mostly empty
 */
public record Tick(ZonedDateTime at, List<String> remarks) {
    /** Copies the remarks. */
    public Tick {
        Objects.requireNonNull(at, "at");
        remarks = List.copyOf(remarks);
    }
}
