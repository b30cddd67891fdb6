package io.jobq.redis;

import io.jobq.JobId;
import io.jobq.spi.JobAction;
import io.jobq.spi.JobFilter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One action on the jobs that a walk has found: a script acts on each that is still as the walk has seen it, many at a
 * time. Those that have changed are looked at once more, and acted on if they still match.
 */
final class ActionCall {
    static final int PASSED_OVER = 0;
    static final int DONE = 1;
    static final int CHANGED = 2;
    /** Bounds how long one script holds Redis. */
    private static final int AT_ONCE = 100;

    private static final int TRIES = 5;

    private final Calls calls;
    private final JobFilter filter;
    private final JobAction action;
    private final Mover mover;

    ActionCall(Calls calls, Queues queues, JobFilter filter, JobAction action) {
        this.calls = calls;
        this.filter = filter;
        this.action = action;
        this.mover = new Mover(calls, queues);
    }

    /** Acts on rows of any queues, in their order within each; returns how many jobs it has changed. */
    int on(List<Row> rows) {
        Map<QueueKeys, List<Row>> byQueue = new LinkedHashMap<>();
        rows.forEach(row ->
                byQueue.computeIfAbsent(row.queue(), queue -> new ArrayList<>()).add(row));
        int count = 0;
        for (List<Row> mine : byQueue.values()) {
            for (int from = 0; from < mine.size(); from += AT_ONCE) {
                count += on(mine.subList(from, Math.min(mine.size(), from + AT_ONCE)), TRIES);
            }
        }
        return count;
    }

    /** What changes all the time is not what the caller meant. */
    private int on(List<Row> rows, int tries) {
        List<Row> fitting = rows.stream()
                .filter(row -> action.fits().contains(row.job().state()))
                .toList();
        if (fitting.isEmpty() || tries == 0) {
            return 0;
        }
        List<JobId> changed = new ArrayList<>();
        int count = 0;
        List<Integer> answers = act(fitting);
        for (int i = 0; i < answers.size(); i++) {
            count += answers.get(i) == DONE ? 1 : 0;
            if (answers.get(i) == CHANGED) {
                changed.add(fitting.get(i).job().id());
            }
        }
        return changed.isEmpty() ? count : count + on(lookAgain(fitting.get(0).queue(), changed), tries - 1);
    }

    private List<Row> lookAgain(QueueKeys queue, List<JobId> ids) {
        return Walk.rows(calls, List.of(queue), ids).stream()
                .filter(row -> filter.matches(row.job()))
                .toList();
    }

    private List<Integer> act(List<Row> rows) {
        String queue = rows.get(0).queue().queue();
        if (action instanceof JobAction.Move move) {
            return move.queue().equals(queue)
                    ? Collections.nCopies(rows.size(), PASSED_OVER)
                    : mover.move(rows, move.queue());
        } else if (action instanceof JobAction.Replay replay
                && replay.queue() != null
                && !replay.queue().equals(queue)) {
            return mover.move(rows, replay.queue());
        }
        return mover.act(rows, argumentsFor(rows.get(0)));
    }

    private Args argumentsFor(Row row) {
        if (action instanceof JobAction.Cancel cancel) {
            return new Args().add("CANCEL").add(cancel.reason());
        } else if (action instanceof JobAction.Reschedule reschedule) {
            return new Args().add("RESCHEDULE").add(Dues.text(reschedule.due()));
        } else if (action instanceof JobAction.ChangePriority change) {
            return new Args().add("PRIORITIZE").add(change.priority().level());
        } else if (action instanceof JobAction.EditPayload edit) {
            return new Args().add("EDIT").add(row.edited(edit.payload())); // of one job, so of one row in a queue
        }
        String simple =
                action instanceof JobAction.Delete ? "DELETE" : action instanceof JobAction.RunNow ? "RUN" : "REPLAY";
        return new Args().add(simple).add("");
    }
}
