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
 * @param last the latest tick that was dealt with
 * @param skipped how many ticks were skipped for an earlier run
 * @param waiting ticks that wait for an earlier run to end, oldest first
 * @param runs the last runs, newest first
 * @param sealed whether it goes on in another queue, and nothing may be fired here
 */
record Progress(Instant last, long skipped, List<Instant> waiting, List<ScheduleRun> runs, boolean sealed) {
    private static final int RUNS_KEPT = 10;

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

    Progress skipping(int more) {
        return more == 0 ? this : new Progress(last, skipped + more, waiting, runs, sealed);
    }

    Progress waiting(List<Instant> ticks) {
        return new Progress(last, skipped, ticks, runs, sealed);
    }

    Progress sealed(boolean changed) {
        return new Progress(last, skipped, waiting, runs, changed);
    }

    Progress with(ScheduleRun run) {
        List<ScheduleRun> more = new ArrayList<>(runs);
        more.add(0, run);
        return with(more.size() > RUNS_KEPT ? more.subList(0, RUNS_KEPT) : more);
    }

    private Progress with(List<ScheduleRun> changed) {
        return new Progress(last, skipped, waiting, changed, sealed);
    }

    /** With what has become of runs. */
    Progress with(Map<JobId, Result> results) {
        if (runs.stream().noneMatch(run -> run.isOpen() && results.containsKey(run.job()))) {
            return this;
        }
        return with(runs.stream().map(run -> resolved(run, results)).toList());
    }

    private static ScheduleRun resolved(ScheduleRun run, Map<JobId, Result> results) {
        @Nullable Result result = run.isOpen() ? results.get(run.job()) : null;
        return result == null ? run : run.with(result);
    }

    /** The jobs of which the end is not known. */
    List<JobId> open() {
        return runs.stream().filter(ScheduleRun::isOpen).map(ScheduleRun::job).toList();
    }

    boolean isBusy() {
        return runs.stream().anyMatch(ScheduleRun::isOpen);
    }
}
