package io.jobq.scheduler;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stored schedule as it was at one moment. All times are by the storage's clock.
 *
 * @param name its name
 * @param timetable when it ticks
 * @param target what its ticks enqueue
 * @param misfire what becomes of ticks that nobody fired in time
 * @param overlap what a tick does while an earlier run is unfinished
 * @param pausedSince null if it is not paused
 * @param next its next tick, without jitter; null if it is paused, or none is left
 * @param progress what it has done
 */
public record ScheduleInfo(
        String name,
        Timetable timetable,
        Target target,
        Misfire misfire,
        Overlap overlap,
        @Nullable Instant pausedSince,
        @Nullable Instant next,
        Done progress) {
    /**
     * What ticks enqueue.
     *
     * @param type the job's type
     * @param queue where to
     */
    public record Target(String type, String queue) {}

    /**
     * What a schedule has done.
     *
     * @param last the latest tick that was dealt with: fired, or skipped for an earlier run. Until there is one, when the schedule was
     *     stored
     * @param skipped how many ticks were skipped for an earlier run
     * @param waiting ticks that wait for an earlier run to end
     * @param runs the last runs, newest first, 10 at most
     */
    public record Done(Instant last, long skipped, List<Instant> waiting, List<ScheduleRun> runs) {
        /** Copies the lists. */
        public Done {
            waiting = List.copyOf(waiting);
            runs = List.copyOf(runs);
        }
    }
}
