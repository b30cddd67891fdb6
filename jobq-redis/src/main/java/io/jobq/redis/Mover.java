package io.jobq.redis;

import io.jobq.JobId;
import io.jobq.spi.UniqueKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Acts on jobs, and brings them into other queues, which may be on other nodes. No script sees two queues, so a move is
 * made of steps that can be repeated: the job leaves its line and is marked with where it goes; it is stored there; it is
 * deleted here. Whatever dies in between, the mark stays, and a sweep that finds it takes the steps that are missing. So
 * the job is never lost, and never in two lines.
 */
final class Mover {
    private static final int UNIQUE = 9;

    private final Calls calls;
    private final Queues queues;

    Mover(Calls calls, Queues queues) {
        this.calls = calls;
        this.queues = queues;
    }

    /** What the script answers for rows of one queue; the arguments tell what is done. */
    List<Integer> act(List<Row> rows, Args what) {
        if (rows.isEmpty()) {
            return List.of();
        }
        for (Row row : rows) {
            what.add(row.job().id().toString()).add(row.record()).add(row.wantedKey());
        }
        Reply reply = calls.call(Script.ACT, rows.get(0).queue(), what);
        List<Integer> answers = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            answers.add((int) reply.number(i));
        }
        return answers;
    }

    /** Moves waiting jobs of one queue; answers as the script does. */
    List<Integer> move(List<Row> rows, String target) {
        List<Row> welcome = rows.stream().filter(row -> !isKeyHeld(row, target)).toList();
        List<Integer> left = act(welcome, new Args().add("LEAVE").add(target));
        Map<JobId, Integer> answers = new LinkedHashMap<>();
        for (int i = 0; i < left.size(); i++) {
            answers.put(welcome.get(i).job().id(), left.get(i));
        }
        List<JobId> moving = new ArrayList<>(answers.keySet());
        moving.removeIf(id -> Objects.requireNonNull(answers.get(id)) != ActionCall.DONE);
        Set<JobId> arrived = moving.isEmpty() ? Set.of() : finish(rows.get(0).queue(), moving);
        moving.stream().filter(id -> !arrived.contains(id)).forEach(id -> answers.put(id, ActionCall.PASSED_OVER));
        return rows.stream()
                .map(row -> answers.getOrDefault(row.job().id(), ActionCall.PASSED_OVER))
                .toList();
    }

    /** Looks before a job leaves its place in vain; the key may still be taken while it is on its way. */
    private boolean isKeyHeld(Row row, String target) {
        UniqueKey key = row.job().job().options().unique();
        if (key == null || key.window() != null) { // a window may be over
            return false;
        }
        byte[] unique = queues.of(row.moved(target)).keys()[UNIQUE];
        return calls.link().await(calls.link().commands().hget(unique, QueueKeys.bytes(key.key()))) != null;
    }

    /** Brings moves to their end that have begun, whoever has begun them. Returns which jobs have arrived. */
    Set<JobId> finish(QueueKeys from, List<JobId> ids) {
        List<Row> rows = Walk.rows(calls, List.of(from), ids).stream()
                .filter(Row::isMoving)
                .toList();
        List<CompletableFuture<Reply>> adoptions = rows.stream()
                .map(row -> adopt(row, Objects.requireNonNull(row.fields().moving), false))
                .toList();
        List<Row> arrived = new ArrayList<>();
        List<Row> staying = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            (isDone(adoptions.get(i)) ? arrived : staying).add(rows.get(i));
        }
        act(arrived, new Args().add("ARRIVED").add(""));
        act(staying, new Args().add("STAY").add(""));
        Set<JobId> done = new HashSet<>();
        arrived.forEach(row -> done.add(row.job().id()));
        return done;
    }

    /** Replays finished jobs of one queue into another; answers as the script does. */
    List<Integer> replay(List<Row> rows, String target) {
        List<Integer> answers = new ArrayList<>();
        for (Row row : rows) {
            boolean adopted = isDone(adopt(row, target, true));
            answers.add(
                    adopted
                            ? act(List.of(row), new Args().add("DELETE").add(""))
                                    .get(0)
                            : ActionCall.PASSED_OVER);
        }
        return answers;
    }

    private boolean isDone(CompletableFuture<Reply> answer) {
        return calls.link().await(answer).number(0) == ActionCall.DONE;
    }

    /** Stores a job in another queue: as it is, or to start over. */
    CompletableFuture<Reply> adopt(Row row, String queue, boolean afresh) {
        queues.register(queue);
        QueueKeys target = queues.of(row.moved(queue));
        Records.Fields record = row.fields();
        Args args = new Args()
                .add(row.job().id().toString())
                .add(row.body())
                .add(afresh ? new byte[0] : row.record())
                .add(record.level)
                .add(
                        record.token == 0
                                ? ""
                                : String.valueOf(target.counter(row.queue().token(record.token)) + 1))
                .add(record.startedText())
                .add(row.wantedKey())
                .add(row.errors())
                .add(row.log())
                .add(afresh ? new byte[0] : row.progress());
        return calls.sendDurably(Script.ADOPT, target, args);
    }
}
