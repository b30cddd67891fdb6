package io.jobq.scheduler;

import io.jobq.JobId;
import io.jobq.scheduler.ScheduleRun.Result;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a schedule's progress is stored; what it does not have is null and left out. Times are milliseconds, since it is large. */
record ProgressForm(
        @Nullable Long last,
        @Nullable Long skipped,
        @Nullable List<Long> waiting,
        @Nullable List<RunForm> runs,
        @Nullable Boolean sealed) {
    /** How a run is stored; without an end while there is none. */
    record RunForm(
            @Nullable Long tick,
            @Nullable String job,
            @Nullable String end,
            @Nullable Boolean manual) {
        static RunForm of(ScheduleRun run) {
            return new RunForm(
                    run.tick().toEpochMilli(),
                    run.job().toString(),
                    run.isOpen() ? null : Words.of(run.result()),
                    run.manual() ? true : null);
        }

        ScheduleRun run() {
            return new ScheduleRun(
                    Instant.ofEpochMilli(Json.required("tick", tick)),
                    JobId.parse(Json.required("job", job)),
                    end == null ? Result.UNFINISHED : Words.parse("end", end, Result.class),
                    manual != null && manual);
        }
    }

    static ProgressForm of(Progress progress) {
        List<Long> waiting =
                progress.waiting().stream().map(Instant::toEpochMilli).toList();
        List<RunForm> runs = progress.runs().stream().map(RunForm::of).toList();
        return new ProgressForm(
                progress.last().toEpochMilli(),
                progress.skipped() == 0 ? null : progress.skipped(),
                waiting.isEmpty() ? null : waiting,
                runs.isEmpty() ? null : runs,
                progress.sealed() ? true : null);
    }

    Progress progress() {
        return new Progress(
                Instant.ofEpochMilli(Json.required("last", last)),
                skipped == null ? 0 : skipped,
                waiting == null
                        ? List.of()
                        : waiting.stream().map(Instant::ofEpochMilli).toList(),
                runs == null ? List.of() : runs.stream().map(RunForm::run).toList(),
                sealed != null && sealed);
    }
}
