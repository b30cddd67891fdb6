package io.jobq.spi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a running attempt has said since its last renewal.
 *
 * @param lease which attempt
 * @param words what it said
 */
public record Report(Lease lease, Words words) {
    /** Said nothing. */
    public static final Words NOTHING = new Words(-1, null, List.of());

    /**
     * Progress and log lines.
     *
     * @param percent 0 to 100; -1 for unchanged
     * @param note what is being done; null for unchanged
     * @param log new lines, oldest first; the storage keeps the last 100 of a job
     */
    public record Words(int percent, @Nullable String note, List<String> log) {}
}
