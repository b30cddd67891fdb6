package io.jobq.spi;

import io.jobq.JobId;
import java.util.List;

/**
 * A hint that something changed. It may be lost, repeated or late.
 *
 * @param kind what happened
 * @param queue where; empty for {@link Kind#RESUMED}
 * @param jobs to which jobs; empty for {@link Kind#READY} and {@link Kind#RESUMED}
 */
public record Signal(Kind kind, String queue, List<JobId> jobs) {
    /** What happened. */
    public enum Kind {
        /** The queue has a ready job, or a scheduled one that is due before all others. */
        READY,
        /** Somebody asked for these running jobs to be cancelled. */
        CANCEL_REQUESTED,
        /** These jobs reached a final state. */
        FINISHED,
        /** Signals of any kind may have been lost until now, so whoever relies on them should look for itself. */
        RESUMED
    }
}
