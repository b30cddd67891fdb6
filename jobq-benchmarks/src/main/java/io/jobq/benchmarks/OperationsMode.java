package io.jobq.benchmarks;

import io.jobq.JobId;
import io.jobq.JobState;
import io.jobq.Priority;
import io.jobq.operations.Operations;
import io.jobq.spi.Due;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import io.jobq.spi.JobOptions;
import io.jobq.spi.Payload;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** How long an operator waits for an answer, or for the first sign of progress, while many jobs are stored. */
final class OperationsMode implements Mode {
    private static final JobFilter READY = JobFilter.ALL.withQueue(Jobs.QUEUE).withStates(JobState.READY);

    @Override
    public String name() {
        return "operations";
    }

    @Override
    public String summary() {
        return "time to the answer, or to the first page of a bulk action, of each thing operators do";
    }

    @Override
    public Map<String, String> defaults() {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put("storage", "memory");
        defaults.put("jobs", "1000000");
        defaults.put("rounds", "5");
        defaults.put("payload", "100");
        return defaults;
    }

    @Override
    public void run(Options options, Results results) {
        int jobs = options.number("jobs", 10);
        try (Jobs queue = new Jobs(options)) {
            Operations operations = Operations.of(queue.storage(), "benchmark");
            queue.insert(jobs, i -> JobOptions.DEFAULT);
            for (int round = options.number("rounds", 1); round > 0; round--) {
                // the last jobs stored are the hardest to find
                single(operations, queue.insert(10, i -> JobOptions.DEFAULT), round == 1, results);
                bulk(operations, round == 1, results);
            }
            pauseAll(operations, queue, results);
            time("purge", true, results, () -> begin(operations, READY, new JobAction.Delete()));
        }
    }

    /** Only the last round is reported: the others warm up. */
    private static void single(Operations operations, JobId id, boolean reported, Results results) {
        time("explain", reported, results, () -> operations.explain(id));
        time("change_priority", reported, results, () -> operations.changePriority(id, Priority.LOW));
        time("reschedule", reported, results, () -> operations.reschedule(id, Duration.ofHours(1)));
        time("edit_payload", reported, results, () -> operations.editPayload(id, new Payload(1, new byte[] {'1'})));
        time("run_now", reported, results, () -> operations.runNow(id));
        time("move", reported, results, () -> operations.move(id, "other"));
        time("cancel", reported, results, () -> operations.cancel(id, "benchmark"));
        time("replay", reported, results, () -> operations.replay(id));
        time("delete", reported, results, () -> operations.delete(id));
        time("pause", reported, results, () -> operations.pause(Jobs.QUEUE));
        time("resume", reported, results, () -> operations.resume(Jobs.QUEUE));
        time("pause_type", reported, results, () -> operations.pauseType(Jobs.QUEUE, "other"));
        time("resume_type", reported, results, () -> operations.resumeType(Jobs.QUEUE, "other"));
    }

    private static void bulk(Operations operations, boolean reported, Results results) {
        JobAction later = new JobAction.Reschedule(new Due.In(Duration.ofHours(1)));
        JobFilter scheduled = READY.withStates(JobState.SCHEDULED);
        time("bulk_reschedule", reported, results, () -> begin(operations, READY, later));
        time("bulk_run_now", reported, results, () -> begin(operations, scheduled, new JobAction.RunNow()));
        time("bulk_move", reported, results, () -> begin(operations, READY, new JobAction.Move("other")));
        JobAction urgent = new JobAction.ChangePriority(Priority.HIGH);
        time("bulk_change_priority", reported, results, () -> begin(operations, READY, urgent));
        time("bulk_cancel", reported, results, () -> begin(operations, READY, new JobAction.Cancel("benchmark")));
        JobFilter cancelled = READY.withStates(JobState.CANCELLED);
        time("bulk_replay", reported, results, () -> begin(operations, cancelled, new JobAction.Replay("other")));
        time("dry_run", reported, results, () -> operations.count(READY, new JobAction.Delete()));
        // no job is of this tenant, so each that is looked at is passed over
        JobFilter nobodys = READY.withTenant("nobody");
        time("dry_run_scanning", reported, results, () -> operations.count(nobodys, new JobAction.Delete()));
        time("unfinished", reported, results, operations::unfinished);
    }

    /** The type of all jobs is paused, all are set aside for it, and it is resumed. */
    private static void pauseAll(Operations operations, Jobs queue, Results results) {
        time("pause_type_of_all", true, results, () -> operations.pauseType(Jobs.QUEUE, Bench.TYPE));
        do {
            queue.next(1);
        } while (queue.mayHaveMore());
        time("resume_type_of_all", true, results, () -> operations.resumeType(Jobs.QUEUE, Bench.TYPE));
    }

    /** Until the first jobs are changed: a page of the places that earlier rounds have emptied has none. */
    private static void begin(Operations operations, JobFilter filter, JobAction action) {
        if (operations.run(filter, action, bulk -> bulk.done() == 0).done() == 0) {
            throw new UsageException(action + " has found no job to change: use more --jobs");
        }
    }

    private static void time(String what, boolean reported, Results results, Runnable action) {
        Stopwatch time = new Stopwatch();
        time.start();
        action.run();
        time.stop();
        if (reported) {
            results.print(what + "_ms", time.nanos() / 1e6, "ms", Map.of());
        }
    }
}
