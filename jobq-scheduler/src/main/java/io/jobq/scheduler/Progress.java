package io.jobq.scheduler;

import io.jobq.JobId;
import io.jobq.scheduler.ScheduleRun.Result;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How far a schedule has come: the entry that guards its jobs, so that a tick is decided on once.
 *
 * @param last the latest tick that was dealt with: fired, skipped, or given up as missed
 * @param skipped how many ticks were skipped for an earlier run
 * @param waiting ticks that wait for an earlier run to end, oldest first
 * @param runs the last runs, newest first; if runs may not overlap, also earlier ones that have not ended
 * @param sealed whether it goes on in another queue, and nothing may be fired here
 */
record Progress(Instant last, long skipped, List<Instant> waiting, List<ScheduleRun> runs, boolean sealed) {
    private static final int ENDED_KEPT = 10;
    /** That many unfinished ones are known, so that a policy can tell whether an earlier run has ended. */
    private static final int OPEN_KEPT = 100;

    Progress {
        waiting = List.copyOf(waiting);
        runs = List.copyOf(runs);
    }

    static Progress from(Instant since) {
        return new Progress(since, 0, List.of(), List.of(), false);
    }

    static Progress parse(String json) {
        return Json.read("progress", json, ProgressForm.class, ProgressForm::progress);
    }

    String json() {
        return Json.write(ProgressForm.of(this));
    }

    Progress upTo(Instant tick) {
        return tick.isAfter(last) ? new Progress(tick, skipped, waiting, runs, sealed) : this;
    }

    /** When only this one of several ticks has been fired. */
    Progress fired(Instant tick) {
        List<Instant> left = waiting.stream().filter(each -> !each.equals(tick)).toList();
        return upTo(tick).withWaiting(left);
    }

    Progress skipping(int more) {
        return more == 0 ? this : new Progress(last, skipped + more, waiting, runs, sealed);
    }

    Progress withWaiting(List<Instant> ticks) {
        return new Progress(last, skipped, ticks, runs, sealed);
    }

    Progress withSealed(boolean changed) {
        return new Progress(last, skipped, waiting, runs, changed);
    }

    /** With one more run of a schedule with this policy. */
    Progress withRun(ScheduleRun run, Overlap overlap) {
        List<ScheduleRun> more = new ArrayList<>(runs);
        more.add(0, run);
        int mostOpen = overlap == Overlap.ALLOW ? ENDED_KEPT : OPEN_KEPT;
        int last = more.size() - 1;
        for (int i = last; i > 0 && more.size() > ENDED_KEPT; i--) {
            if (!more.get(i).isOpen() || more.size() > mostOpen) {
                more.remove(i);
            }
        }
        return withRuns(more);
    }

    /** The last runs, as users see them. */
    List<ScheduleRun> latest() {
        return runs.size() > ENDED_KEPT ? runs.subList(0, ENDED_KEPT) : runs;
    }

    /** Whether nothing has come of it yet. */
    boolean isFresh() {
        return runs.isEmpty() && waiting.isEmpty() && skipped == 0 && !sealed;
    }

    Progress withRuns(List<ScheduleRun> changed) {
        return new Progress(last, skipped, waiting, changed, sealed);
    }

    /** With what has become of runs. */
    Progress withResults(Map<JobId, Result> results) {
        if (runs.stream().noneMatch(run -> run.isOpen() && results.containsKey(run.job()))) {
            return this;
        }
        return withRuns(runs.stream().map(run -> resolved(run, results)).toList());
    }

    private static ScheduleRun resolved(ScheduleRun run, Map<JobId, Result> results) {
        @Nullable Result result = run.isOpen() ? results.get(run.job()) : null;
        return result == null ? run : run.with(result);
    }

    /** The jobs of which the end is not known. */
    List<JobId> open() {
        return runs.stream().filter(ScheduleRun::isOpen).map(ScheduleRun::job).toList();
    }

    /** Unfinished runs that were there before the latest tick's; by REPLACE they are to be cancelled. */
    List<JobId> replaced() {
        return runs.stream()
                .dropWhile(ScheduleRun::manual)
                .skip(1)
                .filter(ScheduleRun::isOpen)
                .map(ScheduleRun::job)
                .toList();
    }

    boolean isBusy() {
        return runs.stream().anyMatch(ScheduleRun::isOpen);
    }
}
